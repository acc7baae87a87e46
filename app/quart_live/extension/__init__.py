"""`QuartLive`, the Quart extension: what users call, and which of its apps it stands for."""

"""`QuartLive`, the Quart extension, and the current app for which it stands."""

"""The link between a page and the server: a TCP proxy that can be broken, and the frames that pass it."""

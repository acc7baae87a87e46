"""`LiveView`, its state, and its methods."""

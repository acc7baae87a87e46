"""`LiveView` and the state behind it."""

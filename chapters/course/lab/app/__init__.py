"""The messenger as a child process: its state, its start, and its messages to the parent."""

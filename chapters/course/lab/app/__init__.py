"""The messenger as a child process: which one, started how, and what it tells its parent."""

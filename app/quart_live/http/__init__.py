"""Pages and files over plain HTTP: the first render, and what templates are given."""

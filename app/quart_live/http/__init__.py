"""Pages and files over plain HTTP: the first render, the helpers of templates, and the client's files."""

"""The course inside Jupyter: the magics, the Lab that shows what it has, JupyterLab itself."""

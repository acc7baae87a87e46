"""The course inside Jupyter: the magics, the notebook's Lab, JupyterLab itself."""

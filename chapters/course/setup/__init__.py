"""Setting up a machine for the course, and reporting what it lacks.

``bootstrap`` runs before anything is installed, under the Python of the machine, so it uses the standard
library alone. ``chromium`` and ``doctor`` run inside the virtual environment that it makes.
"""

"""Running a chapter's notebook from top to bottom in a new kernel."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.source.model import Chapter, Course

# The cell with all checks takes half a minute, and many times that on a busy machine.
SECONDS_FOR_A_CELL = 480


def kernel_environment(workspace: Path, home: Path) -> dict[str, str]:
    """Return the environment of kernels and commands: this workspace, and no user's Jupyter settings.

    Args:
        workspace: the folder that the cells write to.
        home: an empty folder for the files of Jupyter and IPython.
    """
    return {
        **os.environ,
        "PARLEY_WORKSPACE": str(workspace),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "COLUMNS": "160",
    }


def run_notebook(course: Course, chapter: Chapter, environment: Mapping[str, str], folder: Path) -> Any:
    """Run a committed notebook in a new kernel, outside of the repository.

    Args:
        course: the course.
        chapter: the chapter whose notebook runs.
        environment: of the kernel, see `kernel_environment`.
        folder: the kernel's current directory.

    Returns:
        the notebook with its outputs.

    Raises:
        CourseError: if a cell ended with an error, or took too long.
    """
    # Slow to import, and no other command runs notebooks.
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(course.notebooks_dir / chapter.notebook_name, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_FOR_A_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        # A kernel's standard error is noise here: errors of cells are in the notebook.
        client.execute(env=dict(environment), stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise CourseError(
            f"A cell of {chapter.notebook_name} did not run: {error}",
            f"Run it by hand: `course start {chapter.number}`, then `course lab`.",
        ) from error
    return notebook

"""The course tool: chapters stored as overlays, notebooks woven from them, and the commands learners use.

In a notebook::

    %load_ext course
    %chapter 1
    from course import Lab

On the command line: ``course --help``. The authoring syntax is described in `course.source.manuscript`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course.errors import CourseError
from course.loopback import spare_loopback
from course.source.model import Chapter, Course

if TYPE_CHECKING:
    from course.notebook.lab import NotebookLab as Lab

__all__ = ["Chapter", "Course", "CourseError", "Lab"]

# All servers of the course are on this machine.
spare_loopback()


def __getattr__(name: str) -> Any:
    # The Lab needs Playwright, which is slow to import; the command line rarely wants it.
    if name == "Lab":
        from course.notebook.lab import NotebookLab

        return NotebookLab
    raise AttributeError(f"module 'course' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Register ``%chapter``, ``%%save`` and the other magics, for ``%load_ext course``."""
    # The magics need IPython, which the command line does not import.
    from course.notebook.magics import register

    register(shell)

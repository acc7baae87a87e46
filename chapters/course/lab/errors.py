"""The errors of the Lab. Each says what to do; notebooks show it without a traceback."""

from __future__ import annotations

from course.errors import CourseError


class LabError(CourseError):
    """An error of the Lab; the base of the others."""

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows instead of a traceback."""
        return str(self).splitlines()


class NoBrowser(LabError):  # noqa: N818
    """No Chromium was found, or it did not start."""


class NoMessenger(LabError):  # noqa: N818
    """The state folder holds no ``messenger`` package."""


class AppDidNotStart(LabError):  # noqa: N818
    """The app raised while it started, or its database could not be prepared."""


class PageNotLive(LabError):  # noqa: N818
    """A page loaded, but its live views did not join."""


class FaultDidNotHappen(LabError):  # noqa: N818
    """A fault was requested, but the page did not show its effect."""

"""What can go wrong on the stage, in words for the one who stands beside it."""

from __future__ import annotations

from course.lab.errors import LabError


class NotOnStage(LabError):  # noqa: N818
    """A demo asked for something that only Playwright can do."""


class ActFailed(LabError):  # noqa: N818
    """Something that an act waited for did not come."""

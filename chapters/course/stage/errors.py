"""The errors of the stage, with texts for the teacher."""

from __future__ import annotations

from course.lab.errors import LabError


class NotOnStage(LabError):  # noqa: N818
    """A demo used a method of Playwright that the stage does not have."""


class ActFailed(LabError):  # noqa: N818
    """A step of an act failed: an element or a page did not come in time."""

"""`StashStatus`: the outcome of restoring a stash, for `mount`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class StashStatus(StrEnum):
    """The outcome of restoring a stash; equal to its text, so ``== "recovered"`` works."""

    NEW = "new"
    """A first mount, and there were no values."""
    RECOVERED = "recovered"
    """Values were restored."""
    NOT_FOUND = "not found"
    """The view came back, but there were no values: none had changed, or they were too old or cleared."""
    INVALID = "invalid"
    """There was a value that could not be used: forged, another user's, of another version, or unreadable."""


_BY_WEIGHT = (StashStatus.INVALID, StashStatus.RECOVERED, StashStatus.NOT_FOUND, StashStatus.NEW)


def overall(statuses: Iterable[StashStatus]) -> StashStatus:
    """Return the status of all: invalid if any is, else recovered if any is, else not found, else new."""
    found = set(statuses)
    return next((status for status in _BY_WEIGHT if status in found), StashStatus.NEW)

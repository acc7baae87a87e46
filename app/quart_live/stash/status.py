"""What became of a stash, for `mount` to see."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class StashStatus(StrEnum):
    """What there was when the view was mounted; equal to its text, so ``== "recovered"`` works."""

    NEW = "new"
    """A first mount, and nothing was kept."""
    RECOVERED = "recovered"
    """Values were restored."""
    NOT_FOUND = "not found"
    """The view came back, but nothing was kept: nothing had changed, it was too old, or it was cleared."""
    INVALID = "invalid"
    """Something was there but could not be used: forged, another's, another version, or not readable."""


_BY_WEIGHT = (StashStatus.INVALID, StashStatus.RECOVERED, StashStatus.NOT_FOUND, StashStatus.NEW)


def overall(statuses: Iterable[StashStatus]) -> StashStatus:
    """The one word for several: invalid if any is, else recovered if any is, else not found, else new."""
    found = set(statuses)
    return next((status for status in _BY_WEIGHT if status in found), StashStatus.NEW)

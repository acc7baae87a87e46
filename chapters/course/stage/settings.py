"""What the teacher may choose: how things are done on the stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How things are done on the stage.

    Attributes:
        pace: of pointers and typing; 1 for a class to follow, 0 for all at once.
        wait: seconds that a slow link holds everything back, each way.
        outlined: whether what changes in a page is outlined for a moment.
    """

    pace: float = 1.0
    wait: float = 1.0
    outlined: bool = False

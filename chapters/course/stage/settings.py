"""`Settings`: the teacher's settings of the stage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The settings of the stage.

    Attributes:
        pace: the pace of pointer and typing; 1 so that a class can follow, 0 for all at once.
        wait: the seconds for which a delayed link holds everything back, each way.
        outlined: whether changes in a page are outlined for a moment.
    """

    pace: float = 1.0
    wait: float = 1.0
    outlined: bool = False

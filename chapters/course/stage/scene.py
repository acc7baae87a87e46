"""`Scene`: the state of the stage at one moment, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from course.lab.link.modes import Mode
from course.stage.player import Player
from course.stage.settings import Settings
from course.stage.tally import Sum

Phase = Literal["starting", "ready", "failed"]
Condition = Literal["live", "plain", "waiting", "lost", "crashed", "away"]

CONDITIONS: dict[Condition, str] = {
    "live": "live",
    "plain": "plain page",
    "waiting": "joining",
    "lost": "connection lost",
    "crashed": "view crashed",
    "away": "no page",
}


@dataclass(frozen=True)
class Seat:
    """One person's place on the stage.

    Attributes:
        key: the id of their frame; another frame has another key.
        mode: the mode of their link.
        condition: the condition of their page.
    """

    name: str
    slug: str
    key: str
    origin: str
    path: str
    mode: Mode
    condition: Condition

    @property
    def says(self) -> str:
        """The condition in words."""
        return CONDITIONS[self.condition]


@dataclass(frozen=True)
class Acts:
    """The progress of the demo; see `Player`."""

    phase: str
    number: int
    total: int
    caption: str
    problem: str

    @classmethod
    def of(cls, player: Player | None) -> Acts:
        """Make the acts of a player; without a player there are none."""
        if player is None:
            return cls("none", 0, 0, "", "")
        return cls(player.phase, player.number, player.total, player.caption, player.problem)


@dataclass(frozen=True)
class Scene:
    """The state of the stage, without frames and log lines.

    Attributes:
        state: the name of the state on the stage, as in the picker.
        phase: whether it starts, runs, or could not be started.
        problem: the error to show; empty if there is none.
        alive: whether the server runs.
        busy: the text of what is being done to the server now; empty if nothing is.
        can_come: the names of the people who can be added.
        settings: the present settings.
        sums: the frames and bytes of each act so far.
    """

    state: str
    phase: Phase
    problem: str
    alive: bool
    busy: str
    seats: tuple[Seat, ...]
    can_come: tuple[str, ...]
    acts: Acts
    settings: Settings
    sums: tuple[Sum, ...] = ()

    @property
    def lamp(self) -> str:
        """The state of the server: ``on``, ``off``, or ``coming``."""
        if self.phase == "starting" or self.busy:
            return "coming"
        return "on" if self.alive else "off"

    @property
    def server(self) -> str:
        """The state of the server in words."""
        if self.busy:
            return self.busy
        if self.phase == "starting":
            return "Server starts …"
        if self.phase == "failed":
            return "Server did not start"
        return "Server runs" if self.alive else "Server is dead"

    @property
    def settled(self) -> bool:
        """Whether the first act can be played."""
        return self.phase == "ready" and self.acts.phase == "ready"

"""What the stage looks like at one moment, as its page shows it."""

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
    """One person's place.

    Attributes:
        key: names their frame; another frame has another key.
        mode: how their link behaves.
        condition: of their page.
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
    """Where the demo stands; see `Player`."""

    phase: str
    number: int
    total: int
    caption: str
    problem: str

    @classmethod
    def of(cls, player: Player | None) -> Acts:
        """The acts of a player; without one there are none."""
        if player is None:
            return cls("none", 0, 0, "", "")
        return cls(player.phase, player.number, player.total, player.caption, player.problem)


@dataclass(frozen=True)
class Scene:
    """Everything but frames and log lines.

    Attributes:
        state: the name of what runs here, as the picker knows it.
        phase: whether it starts, runs, or could not be started.
        problem: why not, or what else went wrong.
        alive: whether the server runs.
        busy: what is being done to the server now, or nothing.
        can_come: names of those who may be added.
        settings: how things are done.
        sums: frames and bytes of each act so far.
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
        """How the server is: ``on``, ``off``, or ``coming``."""
        if self.phase == "starting" or self.busy:
            return "coming"
        return "on" if self.alive else "off"

    @property
    def server(self) -> str:
        """The same in words."""
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

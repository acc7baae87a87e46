"""What the stage's page says and groups, apart from where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from course.lab.link.frames import Frame
from course.lab.link.modes import Mode
from course.source.model import Course
from course.stage.parts import Part, Places

GROUPS: dict[str, frozenset[str]] = {
    "page": frozenset({"page"}),
    "join": frozenset({"join", "rendered", "leave", "close", "opened"}),
    "event": frozenset({"event", "patch"}),
    "reply": frozenset({"reply"}),
    "diff": frozenset({"diff"}),
    "heartbeat": frozenset({"heartbeat"}),
    "trouble": frozenset({"crash", "error", "closed"}),
    "other": frozenset({"text"}),
}
"""What can be shown or left out on the wire, and the kinds of frames that belong to it."""

SHOWN_AT_FIRST = frozenset(GROUPS) - {"heartbeat"}

GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}

LONGEST_PAYLOAD = 20_000
LONGEST_VALUE = 240


@dataclass(frozen=True)
class Fault:
    """A way to break a person's link, as a toggle.

    Attributes:
        mode: what the link does.
        name: on the button.
        told: while it is on, what that means.
    """

    mode: Mode
    name: str
    told: str


FAULTS = (
    Fault("cut", "Cut", "the cable is out"),
    Fault("refuse", "Refuse", "connections are refused"),
    Fault("hang", "Hang", "nothing moves"),
    Fault("delay", "Delay", "everything is late"),
)

PACES = ((1.6, "slow"), (1.0, "normal"), (0.0, "at once"))
WAITS = (0.3, 1.0, 3.0)


def states_of(course: Course) -> list[tuple[str, str]]:
    """What can be put on the stage: names and titles."""
    states = [(str(one.number), f"{one.number}  {one.title}") for one in course.chapters]
    if (course.workspace / "messenger").is_dir():
        states.append(("workspace", "Your workspace"))
    return states


def group_of(frame: Frame) -> str:
    """The group that a frame belongs to."""
    return GROUP_OF.get(frame.kind, "other")


@dataclass(frozen=True)
class Row:
    """One part of a frame, as it is told.

    Attributes:
        path: the numbers of the part.
        place: file and line of the template; empty where that is not known.
        line: that line.
        value: what was sent, cut where it is long.
        size: bytes.
    """

    path: str
    place: str
    line: str
    value: str
    size: int


def rows_of(parts: Iterable[Part], places: Places) -> tuple[Row, ...]:
    """The parts of a frame with the lines of the templates that they come from."""
    rows = []
    for part in parts:
        place = places.of(part)
        where, line = (f"{place.template}:{place.line}", place.text) if place else ("", "")
        value = part.value if len(part.value) <= LONGEST_VALUE else part.value[: LONGEST_VALUE - 1] + "…"
        rows.append(Row(part.path, where, line, value, part.size))
    return tuple(rows)


def payload_of(frame: Frame) -> str:
    """What a frame carries, laid out to be read."""
    payload: Any = frame.payload
    if payload is None:
        return "Nothing but this."
    if isinstance(payload, bytes):
        return payload[:LONGEST_PAYLOAD].hex(" ")
    if isinstance(payload, str):
        return payload[:LONGEST_PAYLOAD]
    text = orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= LONGEST_PAYLOAD else text[:LONGEST_PAYLOAD] + "\n…"

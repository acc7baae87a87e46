"""The labels of the stage's page, and the groups and texts of its frames."""

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
"""The groups of frames that can be shown or hidden, with the kinds of each."""

SHOWN_AT_FIRST = frozenset(GROUPS) - {"heartbeat"}

GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}

LONGEST_PAYLOAD = 20_000
LONGEST_VALUE = 240


@dataclass(frozen=True)
class Fault:
    """A fault of a person's link, as a toggle.

    Attributes:
        mode: the mode of the link.
        name: the button's label.
        told: the button's description.
    """

    mode: Mode
    name: str
    told: str


FAULTS = (
    Fault("cut", "Cut", "all connections end"),
    Fault("refuse", "Refuse", "new connections are refused"),
    Fault("hang", "Hang", "nothing is forwarded"),
    Fault("delay", "Delay", "everything arrives late"),
)

PACES = ((1.6, "slow"), (1.0, "normal"), (0.0, "at once"))
WAITS = (0.3, 1.0, 3.0)


def states_of(course: Course) -> list[tuple[str, str]]:
    """Return the names and titles of the states that can be put on the stage."""
    states = [(str(one.number), f"{one.number}  {one.title}") for one in course.chapters]
    if (course.workspace / "messenger").is_dir():
        states.append(("workspace", "Your workspace"))
    return states


def group_of(frame: Frame) -> str:
    """Return the group of a frame."""
    return GROUP_OF.get(frame.kind, "other")


@dataclass(frozen=True)
class Row:
    """One part of a frame, as the page shows it.

    Attributes:
        path: the numbers of the part.
        place: the file and line of the template; empty if it is not known.
        line: the text of that line.
        value: the value that was sent, shortened if it is long.
        size: the bytes of the value.
    """

    path: str
    place: str
    line: str
    value: str
    size: int


def rows_of(parts: Iterable[Part], places: Places) -> tuple[Row, ...]:
    """Return the parts of a frame with the lines of the templates that they come from."""
    rows = []
    for part in parts:
        place = places.of(part)
        where, line = (f"{place.template}:{place.line}", place.text) if place else ("", "")
        value = part.value if len(part.value) <= LONGEST_VALUE else part.value[: LONGEST_VALUE - 1] + "…"
        rows.append(Row(part.path, where, line, value, part.size))
    return tuple(rows)


def payload_of(frame: Frame) -> str:
    """Return the payload of a frame as readable text."""
    payload: Any = frame.payload
    if payload is None:
        return "This frame has no payload."
    if isinstance(payload, bytes):
        return payload[:LONGEST_PAYLOAD].hex(" ")
    if isinstance(payload, str):
        return payload[:LONGEST_PAYLOAD]
    text = orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode()
    return text if len(text) <= LONGEST_PAYLOAD else text[:LONGEST_PAYLOAD] + "\n…"

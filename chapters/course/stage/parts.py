"""The parts that a frame changes, and the line of the template that each part comes from.

A diff numbers its parts: ``{"2": {"0": "1"}}`` is part 0 of the template inside part 2. The server sent the
statics of that template when the page joined, or when the branch was first shown. So a reader of diffs must
remember the earlier frames; `PartReader` does, for each live view of each person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from course.lab.link.frames import Frame

# More than anyone reads; a whole page has hundreds.
MOST_PARTS = 60

Shape = dict[str, Any]
"""A node as far as it is known: its statics ``s``, its nodes by number, and a loop's entries ``k``."""

Statics = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """One part that a frame sends.

    Attributes:
        path: its numbers from the outermost template on, entries of loops in brackets: ``2[0].1``.
        statics: the statics of its template; None if the frames do not have them.
        number: its number among the parts of that template.
        value: the value that was sent, as text.
        size: the bytes of the value.
    """

    path: str
    statics: Statics | None
    number: int
    value: str
    size: int


@dataclass(frozen=True)
class Place:
    """The place of a part: the template, the number of the line, and its text."""

    template: str
    line: int
    text: str


class Places:
    """The places of the parts in one app's templates; empty until `learn`."""

    def __init__(self) -> None:
        self._known: dict[Statics, tuple[Place, ...]] = {}
        self._missed: set[Statics] = set()

    @property
    def wanted(self) -> bool:
        """Whether there are parts whose templates are not known yet."""
        return bool(self._missed)

    def see(self, parts: Iterable[Part]) -> None:
        """Note the templates of these parts, if they are not known."""
        self._missed.update(
            part.statics for part in parts if part.statics and part.statics not in self._known
        )

    def learn(self, told: Iterable[Mapping[str, Any]]) -> None:
        """Add the result of `course.lab.app.template_lines`; never ask again for templates that it lacks."""
        for one in told:
            places = tuple(Place(str(one["template"]), int(line), str(text)) for line, text in one["lines"])
            self._known[tuple(one["statics"])] = places
        for statics in self._missed:
            self._known.setdefault(statics, ())
        self._missed.clear()

    def of(self, part: Part) -> Place | None:
        """Return the place of a part; None if it is not known."""
        places = self._known.get(part.statics or ())
        return places[part.number] if places and part.number < len(places) else None


class PartReader:
    """Reads the diffs of all views on a stage, in the order of the frames."""

    def __init__(self) -> None:
        self._views: dict[tuple[str, str], Shape] = {}

    def read(self, frame: Frame) -> tuple[Part, ...]:
        """Return the parts that a frame sends, at most sixty; an empty tuple if it sends none."""
        payload = frame.payload if isinstance(frame.payload, dict) else {}
        view = frame.who, frame.topic
        if frame.event == "diff":
            return self._take(view, payload)
        response = payload.get("response") if frame.event == "phx_reply" else None
        if not isinstance(response, dict):
            return ()
        if isinstance(rendered := response.get("rendered"), dict):
            self._views.pop(view, None)
            return self._take(view, rendered)
        return self._take(view, diff) if isinstance(diff := response.get("diff"), dict) else ()

    def _take(self, view: tuple[str, str], diff: dict[str, Any]) -> tuple[Part, ...]:
        reading = _Reading(diff.get("p"))
        known = self._views.get(view, {})
        root = {key: value for key, value in diff.items() if key.isdecimal() or key in ("s", "k", "stream")}
        shape = reading.node(known, root, "")
        components = dict(known.get("c", {}))
        for cid, change in (diff.get("c") or {}).items():
            of = change.get("s")
            # A number instead of statics means the statics of that component.
            before = components.get(str(abs(of))) if isinstance(of, int) else components.get(cid)
            if isinstance(of, int):
                change = {key: value for key, value in change.items() if key != "s"}
            components[cid] = reading.node(before, change, f"component {cid}: ")
        self._views[view] = {**shape, "c": components}
        return tuple(reading.parts)


class _Reading:
    """The reading of one frame: the statics that its nodes share, and the parts found so far."""

    def __init__(self, shared: Any) -> None:
        self._shared = shared if isinstance(shared, dict) else {}
        self.parts: list[Part] = []

    def node(self, before: Any, change: dict[str, Any], path: str) -> Shape:
        shape: Shape = dict(before) if isinstance(before, dict) else {}
        if "s" in change:
            shape = {"s": self._statics(change["s"])}
        if isinstance(change.get("k"), dict):
            shape["k"] = self._entries(shape, change, path)
            return shape
        for key, value in change.items():
            if key.isdecimal():
                shape[key] = self._part(shape, key, value, path)
        return shape

    def _statics(self, sent: Any) -> Statics | None:
        found = self._shared.get(str(sent)) if isinstance(sent, int) else sent
        return tuple(map(str, found)) if isinstance(found, list) else None

    def _part(self, shape: Shape, key: str, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            below = path + key if "k" in value else f"{path}{key}."
            return self.node(shape.get(key), value, below)
        self._note(path + key, shape.get("s"), int(key), value)
        return None

    def _entries(self, shape: Shape, change: dict[str, Any], path: str) -> dict[str, Any]:
        before: dict[str, Any] = shape.get("k") or {}
        sent, after = change["k"], dict(before)
        for index, value in sent.items():
            if not index.isdecimal():
                continue
            if isinstance(value, int):
                after[index] = before.get(str(value))
                continue
            known = before.get(index)
            if isinstance(value, list):
                known, value = before.get(str(value[0])), value[1]
            entry = {"s": shape.get("s"), **(known if isinstance(known, dict) else {})}
            after[index] = self.node({**entry, "s": shape.get("s")}, value, f"{path}[{index}].")
        stream = change.get("stream")
        if isinstance(stream, list) and len(stream) > 2:
            for gone in stream[2]:
                self._note(path, None, 0, f"{gone} is taken out")
        return after

    def _note(self, path: str, statics: Statics | None, number: int, value: Any) -> None:
        if len(self.parts) < MOST_PARTS:
            text = value if isinstance(value, str) else f"component {value}"
            self.parts.append(Part(path, statics, number, text, len(orjson.dumps(value))))

"""From trees to the wire: complete messages and minimal diffs.

Both functions are pure. They know nothing of templates or assigns: :func:`complete` turns a tree into what a
browser needs that has nothing yet, :func:`changes` compares two trees. A part that was not evaluated again is
the same object in both trees and costs one ``is``.

The format is that of LiveView 1.2: ``s`` statics, ``k`` entries of a loop, ``kc`` their number, ``km`` "some
have moved". Statics are always sent inline.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson

from ..wellformed import dumps
from .sharing import SharedRow
from .streams import StreamLoop
from .tree import Dynamic, Loop, Node

logger = logging.getLogger("quart_live.rendering")

Wire = dict[str, Any]

_POSITIONS = tuple(str(number) for number in range(1000))


def position(number: int) -> str:
    """The JSON key of a number; cached, because every dynamic of every message needs one."""
    return _POSITIONS[number] if number < 1000 else str(number)


def complete(dynamic: Dynamic) -> Any:
    """Return everything the browser needs to show `dynamic`, with all statics."""
    if isinstance(dynamic, list):
        message = _complete_row(dynamic)
        message["s"] = dynamic[0].fragment
        return message
    if isinstance(dynamic, Loop):
        return _complete_loop(dynamic)
    return dynamic


def _complete_row(row: Node) -> Wire:
    """All dynamics of a node or of a loop entry."""
    return {
        position(index - 1): value if isinstance(value := row[index], str) else complete(value)
        for index in range(1, len(row))
    }


def _complete_loop(loop: Loop) -> Wire:
    entries: Wire = {position(index): _complete_entry(entry) for index, entry in enumerate(loop.entries)}
    entries["kc"] = len(loop.entries)
    message = {"k": entries, "s": loop.statics.fragment}
    if isinstance(loop, StreamLoop):
        message["stream"] = loop.changes or [loop.ref, [], []]
    return message


def _complete_entry(entry: Node) -> Any:
    if type(entry) is not SharedRow:
        return _complete_row(entry)
    if entry.json is None:
        entry.json = orjson.Fragment(dumps(_complete_row(entry)))
    return entry.json


def changes(old: Node | None, new: Node) -> Wire:
    """Return what has to be sent so that a browser showing `old` shows `new`; ``{}`` if nothing.

    Without an old tree, or if it was made by another template, that is the complete new tree.
    """
    if old is None or old[0] is not new[0]:
        message: Wire = complete(new)
        return message
    return _row_changes(old, new)


def _row_changes(old: Node, new: Node) -> Wire:
    """Compare two nodes of the same template, or two entries of the same loop, dynamic by dynamic."""
    message: Wire = {}
    for index in range(1, len(new)):
        before, after = old[index], new[index]
        if before is after:
            continue
        if isinstance(after, str):
            if before != after:
                message[position(index - 1)] = after
        elif (change := _dynamic_change(before, after)) is not None:
            message[position(index - 1)] = change
    return message


def _dynamic_change(before: Dynamic, after: Dynamic) -> Any:
    """The change of one dynamic that is not a string now; None if there is none."""
    if isinstance(after, list):
        if isinstance(before, list) and before[0] is after[0]:
            return _row_changes(before, after) or None
    elif isinstance(after, Loop):
        if isinstance(before, Loop) and before.statics is after.statics:
            return _loop_change(before, after)
    elif before == after:
        return None
    return complete(after)


def _loop_change(before: Loop, after: Loop) -> Wire | None:
    if isinstance(after, StreamLoop):
        if after.changes is None:
            return None
        message = _complete_loop(after)
        del message["s"]
        return message
    old, new = before.entries, after.entries
    if after.statics.keyed and not _same_order(old, new):
        places = _unique_places(old)
        if places is not None and _unique_places(new) is not None:
            return {"k": _moved_entries(old, new, places)}
        logger.debug("A loop has the same key twice; its entries are compared by position: %r", after)
    entries = _entries_in_place(old, new)
    if not entries and len(old) == len(new):
        return None
    entries["kc"] = len(new)
    return {"k": entries}


def _same_order(old: list[Node], new: list[Node]) -> bool:
    """Whether nothing has moved: the shorter list is the beginning of the longer one."""
    return all(before[0] == after[0] for before, after in zip(old, new, strict=False))


def _unique_places(entries: list[Node]) -> dict[Any, int] | None:
    """Key to index; None if keys repeat (two moves from one place corrupt the client) or cannot be hashed."""
    try:
        places = {entry[0]: index for index, entry in enumerate(entries)}
    except TypeError:
        return None
    return places if len(places) == len(entries) else None


def _entries_in_place(old: list[Node], new: list[Node]) -> Wire:
    entries: Wire = {}
    known = len(old)
    for index, entry in enumerate(new):
        if index >= known:
            entries[position(index)] = _complete_row(entry)
        elif change := _row_changes(old[index], entry):
            entries[position(index)] = change
    return entries


def _moved_entries(old: list[Node], new: list[Node], places: dict[Any, int]) -> Wire:
    entries: Wire = {}
    moved = False
    for index, entry in enumerate(new):
        place = places.get(entry[0])
        if place is None:
            # Complete, because the client merges it over whatever was at this index before.
            entries[position(index)] = _complete_row(entry)
            continue
        change = _row_changes(old[place], entry)
        if place != index:
            moved = True
            entries[position(index)] = [place, change] if change else place
        elif change:
            entries[position(index)] = change
    entries["kc"] = len(new)
    if moved:
        entries["km"] = True
    return entries

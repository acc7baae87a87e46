"""From trees to the wire: complete messages and minimal diffs.

Both functions are pure. They know nothing of templates or assigns: :func:`complete` turns a tree into the
message for a browser that has nothing yet, :func:`changes` compares two trees. A part that was not evaluated
again is the same object in both trees and costs one ``is``.

The format is that of LiveView 1.2: ``s`` statics, ``k`` entries of a loop, ``kc`` their number, ``km`` "some
have moved", ``r`` "one element". Statics are always sent inline.
"""

from __future__ import annotations

import logging
from typing import Any

import orjson

from ..wellformed import dumps
from .streams import StreamLoop
from .tree import Dynamic, Loop, Node, SharedRow, Statics

logger = logging.getLogger("quart_live.rendering")

Wire = dict[str, Any]

_POSITIONS = tuple(str(number) for number in range(1000))


def position(number: int) -> str:
    """Return the JSON key of a number; cached, because every dynamic of every message needs one."""
    return _POSITIONS[number] if number < 1000 else str(number)


def complete(tree: Node) -> Wire:
    """Return everything the browser needs to show `tree`, a view or component, with all statics."""
    message = _complete_row(tree, tree[0], True)
    message["s"] = tree[0].fragment
    return message


def _complete(dynamic: Dynamic, in_content: bool) -> Any:
    """Return a dynamic with all statics; `in_content` if it stands where elements can, and may be marked."""
    if isinstance(dynamic, list):
        message = _complete_row(dynamic, dynamic[0], in_content)
        message["s"] = dynamic[0].fragment
        if in_content and is_marked(dynamic):
            message["r"] = 1  # the client leaves it out of the page it builds while it is the same
        return message
    if isinstance(dynamic, Loop):
        return _complete_loop(dynamic, in_content)
    return dynamic


def is_marked(node: Node) -> bool:
    """Return whether a part that stands where elements can stand is exactly one element."""
    return node[0].is_element and not any(type(part) is list and not part[0].is_balanced for part in node)


def _complete_row(row: Node, statics: Statics, in_content: bool) -> Wire:
    """Return all dynamics of a node or of a loop entry."""
    return {
        position(index - 1): value
        if isinstance(value := row[index], str)
        else _complete(value, in_content and statics.in_content[index - 1])
        for index in range(1, len(row))
    }


def _complete_loop(loop: Loop, in_content: bool) -> Wire:
    statics = loop.statics
    entries: Wire = {
        position(index): _complete_entry(entry, statics, in_content)
        for index, entry in enumerate(loop.entries)
    }
    entries["kc"] = len(loop.entries)
    message = {"k": entries, "s": statics.fragment}
    if isinstance(loop, StreamLoop):
        message["stream"] = loop.changes or [loop.ref, [], []]
    return message


def _complete_entry(entry: Node, statics: Statics, in_content: bool) -> Any:
    if type(entry) is not SharedRow:
        return _complete_row(entry, statics, in_content)
    if entry.json is None:
        entry.json = orjson.Fragment(dumps(_complete_row(entry, statics, in_content)))
    return entry.json


def changes(old: Node | None, new: Node) -> Wire:
    """Return the diff from `old` to `new`, for a browser that shows `old`; ``{}`` if nothing differs.

    Without an old tree, or with one that another template made, it is the complete new tree.
    """
    if old is None or old[0] is not new[0]:
        return complete(new)
    return _row_changes(old, new, new[0], True)


def _row_changes(old: Node, new: Node, statics: Statics, in_content: bool) -> Wire:
    """Return the diff of two nodes of the same template, or of two entries of the same loop."""
    message: Wire = {}
    for index in range(1, len(new)):
        before, after = old[index], new[index]
        if before is after:
            continue
        if isinstance(after, str):
            if before != after:
                message[position(index - 1)] = after
            continue
        change = _dynamic_change(before, after, in_content and statics.in_content[index - 1])
        if change is not None:
            message[position(index - 1)] = change
    return message


def _dynamic_change(before: Dynamic, after: Dynamic, in_content: bool) -> Any:
    """Return the change of one dynamic that is not a string now; None if there is none."""
    if isinstance(after, list):
        if isinstance(before, list) and before[0] is after[0]:
            return _row_changes(before, after, after[0], in_content) or None
    elif isinstance(after, Loop):
        if isinstance(before, Loop) and before.statics is after.statics:
            return _loop_change(before, after, in_content)
    elif before == after:
        return None
    return _complete(after, in_content)


def _loop_change(before: Loop, after: Loop, in_content: bool) -> Wire | None:
    if isinstance(after, StreamLoop):
        if after.changes is None:
            return None
        message = _complete_loop(after, in_content)
        del message["s"]
        return message
    old, new = before.entries, after.entries
    if after.statics.keyed and not _same_order(old, new):
        places = _unique_places(old)
        if places is not None and _unique_places(new) is not None:
            return {"k": _moved_entries(old, new, places, after.statics, in_content)}
        logger.debug("A loop has the same key twice; its entries are compared by position: %r", after)
    entries = _entries_in_place(old, new, after.statics, in_content)
    if not entries and len(old) == len(new):
        return None
    entries["kc"] = len(new)
    return {"k": entries}


def _same_order(old: list[Node], new: list[Node]) -> bool:
    """Return whether nothing has moved: the shorter list is the beginning of the longer one."""
    return all(before[0] == after[0] for before, after in zip(old, new, strict=False))


def _unique_places(entries: list[Node]) -> dict[Any, int] | None:
    """Return key to index; None if keys repeat (a place moved twice corrupts the client) or lack a hash."""
    try:
        places = {entry[0]: index for index, entry in enumerate(entries)}
    except TypeError:
        return None
    return places if len(places) == len(entries) else None


def _entries_in_place(old: list[Node], new: list[Node], statics: Statics, in_content: bool) -> Wire:
    entries: Wire = {}
    known = len(old)
    for index, entry in enumerate(new):
        if index >= known:
            entries[position(index)] = _complete_row(entry, statics, in_content)
        elif change := _row_changes(old[index], entry, statics, in_content):
            entries[position(index)] = change
    return entries


def _moved_entries(
    old: list[Node], new: list[Node], places: dict[Any, int], statics: Statics, in_content: bool
) -> Wire:
    entries: Wire = {}
    moved = False
    for index, entry in enumerate(new):
        place = places.get(entry[0])
        if place is None:
            # Complete, because the client merges it over the entry that was at this index before.
            entries[position(index)] = _complete_row(entry, statics, in_content)
            continue
        change = _row_changes(old[place], entry, statics, in_content)
        if place != index:
            moved = True
            entries[position(index)] = [place, change] if change else place
        elif change:
            entries[position(index)] = change
    entries["kc"] = len(new)
    if moved:
        entries["km"] = True
    return entries

"""Components in marked parts: the client must not leave out a part in which only a component has changed.

It leaves out each part that no diff has touched. A component's change is not in the part but under ``c``;
where the client builds more than that component alone, its cid has to be sent again at its place.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from .diff import Wire, position
from .tree import Loop, Node, Statics


def show_again(message: Wire, tree: Node, cids: Set[int]) -> None:
    """Add to a diff the cids of components that stand in marked parts.

    Args:
        message: the diff of a view or component; left alone if it is complete.
        tree: the tree that it leads to.
        cids: the cids of the components that have changed.
    """
    if "s" not in message:
        _merge(message, _places(tree, tree[0], cids, True, False))


def _places(row: Node, statics: Statics, cids: Set[int], in_content: bool, marked: bool) -> Wire:
    found: Wire = {}
    for index in range(1, len(row)):
        part: Any = row[index]
        if isinstance(part, str):
            continue
        content = in_content and statics.in_content[index - 1]
        if isinstance(part, list):
            inner = _places(part, part[0], cids, content, marked or (content and part[0].is_element))
            if inner:
                found[position(index - 1)] = inner
        elif isinstance(part, Loop):
            entries = {
                position(number): inner
                for number, entry in enumerate(part.entries)
                if (inner := _places(entry, part.statics, cids, content, marked))
            }
            if entries:
                found[position(index - 1)] = {"k": {**entries, "kc": len(part.entries)}}
        elif marked and part in cids:
            found[position(index - 1)] = part
    return found


def _merge(message: Wire, more: Wire) -> None:
    for key, value in more.items():
        known = message.get(key)
        if known is None:
            message[key] = value
        elif isinstance(value, dict):
            if isinstance(known, list):  # an entry that has moved and changed
                _merge(known[1], value)
            elif isinstance(known, int):  # an entry that has only moved
                message[key] = [known, value]
            elif isinstance(known, dict) and "s" not in known:
                _merge(known, value)

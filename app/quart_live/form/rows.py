"""The rows of a list, read from a form's parameters: their order and their identities.

A row has a *number*, its place in the list when the page was rendered; names are made with it. And it has an
*identity* that it keeps when rows around it come, go and change places; element ids are made with that, so
that the browser moves the row's elements, with focus and all, instead of writing other values into them.
``_sort_members[]`` tells both for each row, as ``2:10000``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .names import DROP, MOVE, NEW, SORT, is_index

NEW_FROM = 10_000
"""The first identity of rows that the user adds. Lower ones belong to rows of the form's data, whose identity
is their place in it; a form cannot send that many (`quart_live.protocol.form_data.MAX_FIELDS`)."""


@dataclass(slots=True)
class Row:
    """A row of a list.

    Attributes:
        number: its number in the parameters; ``None`` if it is new.
        identity: its identity; ``None`` until it gets one.
        value: its parameters.
    """

    number: int | None
    identity: int | None = None
    value: Any = None


def list_names(node: Mapping[str, Any]) -> set[str]:
    """Return the names in ``node`` that are lists."""
    asked = {
        key.removeprefix(prefix) for key in node for prefix in (SORT, DROP, MOVE) if key.startswith(prefix)
    }
    return asked | {key for key, value in node.items() if not key.startswith("_") and _holds_rows(value)}


def rows_of(node: Mapping[str, Any], name: str) -> list[Row]:
    """Return the rows of list ``name``, sorted, added, dropped and moved as the user asked for."""
    values = _numbered(node.get(name))
    rows, seen = [], set()
    for entry in _texts(node.get(SORT + name))[:NEW_FROM]:
        number, _, identity = entry.partition(":")
        if number == NEW:
            rows.append(Row(None))
        elif is_index(number) and int(number) not in seen:
            seen.add(int(number))
            known = int(identity) if is_index(identity) else None
            rows.append(Row(int(number), known, values.get(int(number))))
    rows += [Row(number, None, value) for number, value in sorted(values.items()) if number not in seen]
    rows = rows[:NEW_FROM]  # a form cannot send more; a script that speaks JSON could
    _move(rows, _texts(node.get(MOVE + name)))
    _identify(rows)  # before any is dropped: a new row must not get the identity of a dropped one
    dropped = {int(entry) for entry in _texts(node.get(DROP + name)) if is_index(entry)}
    return [row for row in rows if row.number not in dropped]


def next_identity(taken: set[int]) -> int:
    """Return an identity for a row that the user adds."""
    return max([NEW_FROM - 1, *taken]) + 1


def _identify(rows: list[Row]) -> None:
    taken: set[int] = set()
    for row in rows:
        if row.number is None:
            continue
        wanted = row.number if row.identity is None else row.identity
        row.identity = None if wanted in taken else wanted
        taken.add(wanted)
    following = next_identity(taken)  # found once: a client may send any number of rows
    for row in rows:
        if row.identity is None:
            row.identity = following
            following += 1


def _move(rows: list[Row], moves: list[str]) -> None:
    """Move rows as the buttons ask for: ``up:3`` is the row with number 3, one place up."""
    places = {str(row.number): place for place, row in enumerate(rows)} if moves else {}
    for move in moves:
        direction, _, number = move.partition(":")
        step, place = {"up": -1, "down": 1}.get(direction), places.get(number)
        if step is None or place is None or not 0 <= place + step < len(rows):
            continue
        rows[place], rows[place + step] = rows[place + step], rows[place]
        places[str(rows[place].number)], places[number] = place, place + step


def _holds_rows(value: Any) -> bool:
    if isinstance(value, Mapping):
        fields = [key for key in value if not key.startswith("_")]
        return bool(fields) and all(is_index(key) for key in fields)
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _numbered(value: Any) -> dict[int, Any]:
    if isinstance(value, Mapping):
        return {int(key): entry for key, entry in value.items() if is_index(key)}
    return dict(enumerate(value)) if isinstance(value, list) else {}


def _texts(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []

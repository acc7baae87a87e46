"""From an event's nested parameters to the flat form data that WTForms reads.

In WTForms' names a row of a list goes by its identity (see ``rows.py``), so WTForms finds the initial data of
each row, wherever the row stands now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .names import DROP, MOVE, SORT, UNUSED, Path, dashed
from .rows import list_names, rows_of


class FormData:
    """Form data for WTForms, with the rows and the used inputs that the parameters tell of.

    Attributes:
        rows: for each list the identities of its rows, in order.
        new: the rows that the user has just asked for.
        used: the inputs that the user has used, and lists whose buttons they have pressed.
    """

    def __init__(self, params: Mapping[str, Any], name: str, target: Sequence[str]) -> None:
        self.rows: dict[Path, list[str]] = {}
        self.new: set[Path] = set()
        self.used: set[Path] = set()
        self._values: dict[str, list[str]] = {}
        self._target = tuple(target)
        at = (name,) if name else ()
        self._read(params, at, at)

    # -- for WTForms

    def getlist(self, name: str) -> list[str]:
        """Return all values of an input."""
        return self._values.get(name, [])

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        yield from self._values
        for path, identities in self.rows.items():
            for identity in identities:
                yield dashed((*path, identity))

    def __len__(self) -> int:
        return len(self._values)

    def __bool__(self) -> bool:
        return True  # even if all is empty: the user wants an empty list then, not the initial data

    # -- reading

    def _read(self, node: Mapping[str, Any], path: Path, asked: Path) -> None:
        """Read one level, which is at ``path`` now and was at ``asked`` when the page was rendered."""
        lists = list_names(node)
        for key in lists:
            self._read_rows(node, key, path, asked)
        for key, value in node.items():
            if key.startswith("_") or key in lists or not _is_name(key):
                continue
            if isinstance(value, Mapping):
                self._read(value, (*path, key), (*asked, key))
            else:
                self._read_value(node, key, value, (*path, key))

    def _read_rows(self, node: Mapping[str, Any], key: str, path: Path, asked: Path) -> None:
        path = (*path, key)
        self.rows[path] = []
        if self._target in {(*asked, prefix + key) for prefix in (SORT, DROP, MOVE)}:
            self.used.add(path)
        for row in rows_of(node, key):
            identity, number = str(row.identity), str(row.number)
            self.rows[path].append(identity)
            if row.number is None:
                self.new.add((*path, identity))
            elif isinstance(row.value, Mapping):
                self._read(row.value, (*path, identity), (*asked, key, number))
            elif row.value is not None:
                values = node[key] if isinstance(node[key], Mapping) else {}
                self._read_value(values, number, row.value, (*path, identity))

    def _read_value(self, node: Mapping[str, Any], key: str, value: Any, path: Path) -> None:
        given = value if isinstance(value, list) else [value]
        texts = [text for text in map(_text, given) if text is not None]
        if isinstance(value, list) and texts[:1] == [""]:
            del texts[0]  # of the hidden input that says "none of them"
        self._values[dashed(path)] = texts
        if UNUSED + key not in node:
            self.used.add(path)


def _is_name(key: str) -> bool:
    # WTForms converts pieces that Python takes for digits, and some of those `int` refuses.
    return not any(piece.isdigit() for piece in key.split("-"))


def _text(value: Any) -> str | None:
    """Return a scalar as a browser would send it; None for another value. Hooks may send any JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float)) else None

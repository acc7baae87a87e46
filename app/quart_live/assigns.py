"""Assigns: the state of a view that its template reads, and which of it has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_SCALARS = (str, int, float, bool, type(None))


class Assigns:
    """Read access to a view's assigns, as ``assigns.count`` or ``assigns["count"]``.

    Writing goes through `LiveView.assign`, because assigning is what tells the engine to look. Assigning
    marks a name as changed always, even when the object is the same: a list that was appended to *is* the
    same object. The only exception are plain values (text, numbers, booleans, ``None``) equal to what was
    there.
    """

    __slots__ = ("_changed", "_values")

    _values: dict[str, Any]
    _changed: set[str]

    def __init__(self) -> None:
        object.__setattr__(self, "_values", {})
        object.__setattr__(self, "_changed", set())

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(self._missing(name)) from None

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(self._missing(name)) from None

    def get(self, name: str, default: Any = None) -> Any:
        """The value of ``name``, or ``default`` if it was never assigned."""
        return self._values.get(name, default)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"use self.assign({name}=…) to change an assign, so that the page is told")

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Assigns({self._values!r})"

    def _missing(self, name: str) -> str:
        known = ", ".join(sorted(self._values)) or "nothing yet"
        return f"{name!r} has not been assigned; there is: {known}"

    def _set(self, values: Mapping[str, Any]) -> None:
        current, changed = self._values, self._changed
        for name, value in values.items():
            if name in current and _same_scalar(current[name], value):
                continue
            current[name] = value
            changed.add(name)

    def _touch(self, name: str) -> None:
        self[name]
        self._changed.add(name)

    def _take_changed(self) -> set[str]:
        changed = self._changed
        if changed:
            object.__setattr__(self, "_changed", set())
        return changed


def _same_scalar(old: object, new: object) -> bool:
    # `1 == True` and `1 == 1.0`, but they print differently: the types must agree as well.
    return type(old) is type(new) and isinstance(old, _SCALARS) and old == new

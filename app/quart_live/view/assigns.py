"""Assigns: the state of a view that its template reads, and which of it has changed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..rendering.keys import are_same

if TYPE_CHECKING:
    from ..rendering import LiveStream

_SCALARS = (str, int, bool, type(None))


class Assigns:
    """Read access to a view's assigns, as ``assigns.count`` or ``assigns["count"]``.

    Write with `LiveView.assign`, which marks the name as changed for the engine. It does so even when the
    object is the same: a list that was appended to *is* the same object. The only exception are values that
    can never change and print the same as the earlier value: text, numbers, booleans, ``None``, dates, and
    tuples, frozen sets and frozen dataclasses made of nothing else.
    """

    __slots__ = ("_values",)

    _values: dict[str, Any]

    def __init__(self, values: dict[str, Any]) -> None:
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(_missing(name, self._values)) from None

    def __getitem__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise KeyError(_missing(name, self._values)) from None

    def get(self, name: str, default: Any = None) -> Any:
        """Return the value of ``name``, or ``default`` if it was never assigned."""
        return self._values.get(name, default)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"assigns are read only; change them with self.assign({name}=…)")

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Assigns({self._values!r})"


class AssignState:
    """The assigns of one view or component, for the engine.

    It is not part of `Assigns`, because every attribute of a class that has a ``__getattr__`` is slow, and
    the engine reads these several times for each update.

    Attributes:
        values: the assigns by name.
        changed: the names that were assigned since the last render.
        reader: the `Assigns` that handlers read.
        streams: the streams that have begun, by name.
    """

    __slots__ = ("changed", "reader", "streams", "values")

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.changed: set[str] = set()
        self.reader = Assigns(self.values)
        self.streams: dict[str, LiveStream] = {}

    def update(self, values: Mapping[str, Any]) -> None:
        """Assign values by name; count a name as changed if its value is not the same as before."""
        current, changed = self.values, self.changed
        for name, value in values.items():
            if name in current and is_same(current[name], value):
                continue
            current[name] = value
            changed.add(name)

    def touch(self, name: str) -> None:
        """Count ``name`` as changed.

        Raises:
            KeyError: if it was never assigned.
        """
        self.reader[name]
        self.changed.add(name)

    def take_changed(self) -> set[str]:
        """Return the names that have changed, and count none as changed from now on."""
        changed = self.changed
        if changed:
            self.changed = set()
        return changed


def _missing(name: str, values: Collection[str]) -> str:
    known = ", ".join(sorted(values)) or "nothing"
    return f"{name!r} has not been assigned; assign it in mount. Assigned so far: {known}"


def is_same(old: object, new: object) -> bool:
    """Return whether two values are immutable and print the same."""
    # `1 == True` and `1 == 1.0`, but they print differently: the types must agree as well.
    if type(old) is type(new) and isinstance(old, _SCALARS):
        return old == new
    return are_same(old, new)

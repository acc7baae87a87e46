"""Keys for values: equal keys mean equal HTML, so that what one view has rendered can serve another.

`==` is not enough for that: ``1 == True == 1.0``, and each prints differently. Nor is identity: what is
shown of a list may change while it stays the same list. So a key is made of

* the value itself, with its type, where the type is known to be immutable;
* the keys of their parts, for tuples, named tuples and frozen dataclasses;
* the identity of anything that is *frozen by agreement*: a broadcast message and what it holds.

Everything else has no key, and is rendered by each view itself.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any, Generic, TypeAlias

from markupsafe import Markup

Parts: TypeAlias = "Collection[int]"
"""The ids of objects that nobody changes any more, and that somebody holds as long as their keys are used."""

MAX_PARTS = 200
MAX_DEPTH = 4
MAX_SHAPES = 1000

KeyOf: TypeAlias = "Callable[[Any, Parts], Hashable]"


class NoKeyError(Exception):
    """A value that could change, or of a kind that is not known."""


def key_of(value: Any, parts: Parts = ()) -> Hashable:
    """The key of a value.

    Args:
        value: what a template is to show.
        parts: what is frozen by agreement; see `parts_of`.

    Raises:
        NoKeyError: it has none.
    """
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value  # type: ignore[no-any-return]
    if id(value) in parts:
        return (parts_of, id(value))
    make = _SHAPES.get(kind) or _learn(kind)
    return make(value, parts)


def parts_of(message: Any) -> frozenset[int]:
    """The ids of a message and of what it holds: containers are opened, so are dataclasses."""
    found: dict[int, None] = {}
    waiting = [message]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in waiting:
            if type(value) not in _SCALARS and len(found) < MAX_PARTS and id(value) not in found:
                found[id(value)] = None
                inner.extend(_held_by(value))
        waiting = inner
    return frozenset(found)


def _held_by(value: Any) -> Collection[Any]:
    if isinstance(value, (tuple, list)):
        return value
    if isinstance(value, (dict, Mapping)):
        return value.values()
    if is_dataclass(value) and not isinstance(value, type):
        return [getattr(value, field.name, None) for field in fields(value)]
    return ()


_SCALARS = frozenset({str, int, float, bool, type(None)})  # have keys of their own


# -- keys by type


def _typed(value: Any, parts: Parts) -> Hashable:
    return (type(value), value)


def _printed(value: Any, parts: Parts) -> Hashable:
    return (type(value), str(value))  # 0.0 == -0.0, Decimal("1.0") == Decimal("1.00"), but not in print


def _moment(value: Any, parts: Parts) -> Hashable:
    # Equal moments in different time zones print differently; within one zone equal means equal.
    return (type(value), value, id(value.tzinfo), value.fold)


def _member(value: Any, parts: Parts) -> Hashable:
    return (type(value), value.name)


def _sequence(value: Any, parts: Parts) -> Hashable:
    return (type(value), *[key_of(part, parts) for part in value])


def _none(value: Any, parts: Parts) -> Hashable:
    raise NoKeyError(type(value).__name__)


_KNOWN: dict[type, KeyOf] = {
    **dict.fromkeys((bool, bytes, datetime.date, datetime.timedelta, uuid.UUID), _typed),
    **dict.fromkeys((float, decimal.Decimal, Markup), _printed),
    **dict.fromkeys((datetime.datetime, datetime.time), _moment),
    tuple: _sequence,
}
_SHAPES: dict[type, KeyOf] = dict(_KNOWN)


def _learn(kind: type) -> KeyOf:
    """Find out once how objects of a type get their keys."""
    if len(_SHAPES) > MAX_SHAPES:  # types made while running; do not collect them for ever
        _SHAPES.clear()
        _SHAPES.update(_KNOWN)
    make = _SHAPES[kind] = _key_of_kind(kind)
    return make


def _key_of_kind(kind: type) -> KeyOf:
    if issubclass(kind, enum.Enum):
        return _member
    if kind.__bases__ == (tuple,) and hasattr(kind, "_fields"):
        return _sequence
    if all(base in (object, Generic) or _is_frozen(base) for base in kind.__mro__):
        names = [field.name for field in fields(kind)] if is_dataclass(kind) else []
        if len(names) == 1:
            return lambda value, parts: (kind, key_of(getattr(value, names[0]), parts))
        if names:
            get = attrgetter(*names)
            return lambda value, parts: (kind, *[key_of(part, parts) for part in get(value)])
    return _none


def _is_frozen(base: type) -> bool:
    return "__dataclass_params__" in vars(base) and vars(base)["__dataclass_params__"].frozen

"""Keys for values: equal keys mean equal HTML, so that one view can show what another has rendered.

`==` is not enough for that: ``1 == True == 1.0``, and each prints differently. Nor is identity: the content
of a list may change while it stays the same list. So a key is made of

* the value itself, with its type, where the type is known to be immutable;
* the keys of their parts, for tuples, named tuples, frozen sets and frozen dataclasses;
* the identity of anything that is *frozen by agreement*: a broadcast message and what it holds.

Everything else has no key, and is rendered by each view itself.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
import zoneinfo
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, Generic, TypeAlias

from markupsafe import Markup

Parts: TypeAlias = "Collection[int]"
"""The ids of objects that nobody changes any more, and that are held for as long as their keys are used."""

MAX_PARTS = 200
MAX_SAME = 100
MAX_DEPTH = 4
MAX_SHAPES = 1000

KeyOf: TypeAlias = "Callable[[Any, Parts], Hashable]"


class NoKeyError(Exception):
    """A value has no key: it could change, or its type is not known."""


def key_of(value: Any, parts: Parts = ()) -> Hashable:
    """Return the key of a value.

    Args:
        value: a value that a template shows.
        parts: the ids of objects that are frozen by agreement; see `parts_of`.

    Raises:
        NoKeyError: if it has no key.
    """
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value  # type: ignore[no-any-return]
    if id(value) in parts:
        return (parts_of, id(value))
    make = _SHAPES.get(kind) or _learn(kind)
    return make(value, parts)


def are_same(old: Any, new: Any) -> bool:
    """Return whether two values are immutable all through and print the same; false for long ones."""
    kind = type(new)
    if type(old) is not kind or (kind not in _SCALARS and (_SHAPES.get(kind) or _learn(kind)) is _none):
        return False
    if isinstance(new, Collection) and len(new) > MAX_SAME:
        return False
    try:
        return bool(key_of(old) == key_of(new))
    except NoKeyError:
        return False


def parts_of(message: Any) -> frozenset[int]:
    """Return the ids of a message and of all values in it; containers and dataclasses are opened."""
    found: dict[int, None] = {}
    waiting = [message]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for value in waiting:
            if type(value) not in _SCALARS and len(found) < MAX_PARTS and id(value) not in found:
                found[id(value)] = None
                inner.extend(_opener_of(type(value))(value))  # type: ignore[arg-type]  # types are hashable
        waiting = inner
    return frozenset(found)


@lru_cache(MAX_SHAPES)
def _opener_of(kind: type) -> Callable[[Any], Collection[Any]]:
    """Return the function that lists the parts of a value of a type. Cached: asking the type takes longer."""
    if issubclass(kind, (tuple, list)):
        return lambda value: value
    if issubclass(kind, Mapping):
        return lambda value: value.values()
    if is_dataclass(kind):
        names = [field.name for field in fields(kind)]
        return lambda value: [getattr(value, name, None) for name in names]
    return lambda value: ()


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


def _itself(value: Any, parts: Parts) -> Hashable:
    return value  # type: ignore[no-any-return]


def _sequence(value: Any, parts: Parts) -> Hashable:
    return (type(value), *[key_of(part, parts) for part in value])


def _none(value: Any, parts: Parts) -> Hashable:
    raise NoKeyError(type(value).__name__)


_KNOWN: dict[type, KeyOf] = {
    **dict.fromkeys((bool, bytes, datetime.date, datetime.timedelta, uuid.UUID), _typed),
    **dict.fromkeys((float, decimal.Decimal, Markup), _printed),
    **dict.fromkeys((datetime.datetime, datetime.time), _moment),
    # Equal sets may print in different orders; the parts in their order tell those apart, too.
    **dict.fromkeys((tuple, frozenset), _sequence),
    zoneinfo.ZoneInfo: _itself,  # equal only to itself; the key holds it
}
_SHAPES: dict[type, KeyOf] = dict(_KNOWN)


def _learn(kind: type) -> KeyOf:
    """Find the key function for a type and remember it."""
    if len(_SHAPES) > MAX_SHAPES:  # types made while running; do not collect them for ever
        _SHAPES.clear()
        _SHAPES.update(_KNOWN)
    make = _SHAPES[kind] = _key_of_kind(kind)
    return make


class Shape(enum.Enum):
    """The parts of an object that its key is made of."""

    NONE = "it has none"
    ITSELF = "the object, or what it prints"
    MEMBER = "the name of a member of an enumeration"
    SEQUENCE = "its parts"
    FIELDS = "its fields"


def shape_of(kind: type) -> Shape:
    """Return the parts of which the keys of objects of a type are made."""
    known = _KNOWN.get(kind)
    if known is not None:
        return Shape.SEQUENCE if known is _sequence else Shape.ITSELF
    if kind in _SCALARS:
        return Shape.ITSELF
    if issubclass(kind, enum.Enum):
        return Shape.MEMBER
    if kind.__bases__ == (tuple,) and hasattr(kind, "_fields"):
        return Shape.SEQUENCE
    if all(base in (object, Generic) or _is_frozen(base) for base in kind.__mro__):
        return Shape.FIELDS if is_dataclass(kind) and fields(kind) else Shape.NONE
    return Shape.NONE


def _key_of_kind(kind: type) -> KeyOf:
    shape = shape_of(kind)
    if shape is Shape.FIELDS:
        names = [field.name for field in fields(kind)]
        get = attrgetter(*names)
        if len(names) == 1:
            return lambda value, parts: (kind, key_of(get(value), parts))
        return lambda value, parts: (kind, *[key_of(part, parts) for part in get(value)])
    return {Shape.MEMBER: _member, Shape.SEQUENCE: _sequence}.get(shape, _none)


def _is_frozen(base: type) -> bool:
    return "__dataclass_params__" in vars(base) and vars(base)["__dataclass_params__"].frozen

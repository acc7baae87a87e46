"""Comparison of values by what they print, without making keys of them.

A key (:mod:`.keys`) finds an equal value among many. Comparing with a single value that has a key is several
times cheaper: most parts of an item are the very same object for everybody, ``True``, a small number or the
message, and only the others are looked at.
"""

from __future__ import annotations

import datetime
import decimal
import uuid
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeAlias

from markupsafe import Markup

from .keys import MAX_SHAPES, Shape, shape_of

Compare: TypeAlias = "Callable[[Any, Any], bool]"


def alike(known: Any, value: Any) -> bool:
    """Return whether a value prints the same as one that has a key.

    Args:
        known: a value that has a key: it is immutable, or nobody changes it any more.
        value: any value.
    """
    if known is value:
        return True
    kind = type(known)
    if kind is not type(value):
        return False
    return (_BY_KIND.get(kind) or _learn(kind))(known, value)


def _equal(known: Any, value: Any) -> bool:
    return bool(known == value)


def _printed(known: Any, value: Any) -> bool:
    return str(known) == str(value)  # 0.0 == -0.0


def _moment(known: Any, value: Any) -> bool:
    return known == value and known.tzinfo is value.tzinfo and known.fold == value.fold


def _sequence(known: Any, value: Any) -> bool:
    if len(known) != len(value):
        return False
    for one, other in zip(known, value, strict=True):  # not `all`: a generator costs twice that
        if one is not other and not alike(one, other):
            return False
    return True


def _different(known: Any, value: Any) -> bool:
    return False


_KNOWN: dict[type, Compare] = {
    **dict.fromkeys((str, int, bytes, datetime.date, datetime.timedelta, uuid.UUID), _equal),
    **dict.fromkeys((float, decimal.Decimal, Markup), _printed),
    **dict.fromkeys((datetime.datetime, datetime.time), _moment),
}
_BY_KIND: dict[type, Compare] = dict(_KNOWN)


def _learn(kind: type) -> Compare:
    if len(_BY_KIND) > MAX_SHAPES:
        _BY_KIND.clear()
        _BY_KIND.update(_KNOWN)
    compare = _BY_KIND[kind] = _compare_of(kind)
    return compare


def _compare_of(kind: type) -> Compare:
    match shape_of(kind):
        case Shape.SEQUENCE:
            return _sequence
        case Shape.FIELDS:
            names = [field.name for field in fields(kind)]
            get = attrgetter(*names)
            if len(names) == 1:
                return lambda known, value: alike(get(known), get(value))
            return lambda known, value: _sequence(get(known), get(value))
    return _different  # equal members of an enumeration are one object, which `alike` has seen already

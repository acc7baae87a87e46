"""Values as JSON text and back: plain data only, never code.

JSON knows text, numbers, booleans, ``None``, lists and objects. Whatever else a view likes to keep is written
as an object with one member named ``$``, which says what it is: ``{"$": "date", "v": "2026-05-04"}``. Dates,
times, sets, tuples, bytes, decimals and UUIDs are built in; dataclasses and enums join in by a decorator::

    @stashable
    @dataclass
    class Filter:
        unread: bool = False
        since: date | None = None

Only classes registered so are ever made from what was stored, and only by their constructor. A type that is
not known is an error when it is written, not a surprise when it comes back.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from ..errors import LiveViewError
from ..mailbox.faults import AsExceptions

T = TypeVar("T")
C = TypeVar("C", bound=type)

TAG = "$"
MAX_DEPTH = 100


class NotStashableError(LiveViewError):
    """A value of a type that cannot be kept."""


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    cls: type
    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]


_BY_TYPE: dict[type, _Kind] = {}
_BY_NAME: dict[str, _Kind] = {}


def register_type(
    cls: type[T], name: str, dump: Callable[[T], Any], load: Callable[[Any], T], *, replace: bool = False
) -> None:
    """Teach the stash a type.

    Args:
        cls: exactly this class; subclasses have to be registered themselves.
        name: what stands for it in the stored text; keep it when the class is renamed.
        dump: makes a value of types that the stash knows already.
        load: makes the object again from what ``dump`` gave.
        replace: whether a type of that name may be there already.

    Raises:
        LiveViewError: if the name is taken.
    """
    known = _BY_NAME.get(name)
    same_again = (
        known is not None and known.cls.__qualname__ == cls.__qualname__
    )  # a module that was reloaded
    if known is not None and not (replace or same_again):
        raise LiveViewError(
            f"the stash already knows a type {name!r}; choose another name for {cls.__name__}"
        )
    _BY_NAME[name] = _BY_TYPE[cls] = _Kind(name, cls, dump, load)


def stashable(cls: C) -> C:
    """Decorator: let dataclasses and enums of this class be kept.

    A dataclass is written as its fields and made again by its constructor, so fields that have been added
    since need defaults, and fields that have gone are left out. An enum is written by its member's name.

    Raises:
        LiveViewError: for any other class; see `register_type`.
    """
    name = f"{cls.__module__}:{cls.__qualname__}"
    if issubclass(cls, Enum):
        register_type(cls, name, lambda member: member.name, lambda text: cls[text])
    elif dataclasses.is_dataclass(cls):
        fields = [field.name for field in dataclasses.fields(cls) if field.init]
        register_type(
            cls,
            name,
            lambda value: {field: getattr(value, field) for field in fields},
            lambda values: cls(**{field: values[field] for field in fields if field in values}),
        )
    else:
        raise LiveViewError(
            f"{cls.__name__} is neither a dataclass nor an enum; use register_type to say how to keep it"
        )
    return cls


def encode(value: object) -> str:
    """JSON text of ``value``.

    Raises:
        NotStashableError: if it holds something that cannot be kept; the message says what.
    """
    try:
        return json.dumps(_dump(value, 0), separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError) as error:  # an integer of thousands of digits
        raise NotStashableError(f"cannot be written as JSON: {error}") from None


def decode(text: str) -> Any:
    """The value of a JSON text written by `encode`.

    Raises:
        ValueError: if the text is not one, or names a type that is not registered.
    """
    try:
        with AsExceptions():
            return _load(json.loads(text))
    except Exception as error:  # what a registered type's `load` raises may be anything
        raise ValueError(f"not a stashed value: {error!r}") from None


def _dump(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise NotStashableError("nested too deeply, or contains itself")
    kind = type(value)
    if value is None or kind in (str, bool, int):
        return value
    if kind is float:
        return value if math.isfinite(value) else {TAG: "float", "v": repr(value)}
    if kind is list:
        return [_dump(item, depth + 1) for item in value]
    if kind is dict:
        if all(type(key) is str for key in value) and TAG not in value:
            return {key: _dump(item, depth + 1) for key, item in value.items()}
        pairs = [[_dump(key, depth + 1), _dump(item, depth + 1)] for key, item in value.items()]
        return {TAG: "dict", "v": pairs}
    known = _BY_TYPE.get(kind)
    if known is None:
        raise NotStashableError(
            f"holds a {kind.__module__}.{kind.__qualname__}, which the stash does not know; keep plain data "
            "such as its id, decorate a dataclass or enum with @stashable, or use register_type"
        )
    return {TAG: known.name, "v": _dump(known.dump(value), depth + 1)}


def _load(value: Any) -> Any:
    if isinstance(value, list):
        return [_load(item) for item in value]
    if not isinstance(value, dict):
        return value
    if TAG not in value:
        return {key: _load(item) for key, item in value.items()}
    inner = _load(value["v"])
    if value[TAG] == "dict":
        return {_hashable(key): item for key, item in inner}
    return _BY_NAME[value[TAG]].load(inner)


def _hashable(key: Any) -> Any:
    hash(key)
    return key


def _sorted_if_possible(values: Any) -> list[Any]:
    try:
        return sorted(values)  # the same set gives the same text, so an equal set is not written again
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, repr(value)))


def _from_fields(cls: type[T], **fields: Any) -> Callable[[Mapping[str, Any]], T]:
    return lambda values: cls(**{**fields, **values})


register_type(tuple, "tuple", list, tuple)
register_type(set, "set", _sorted_if_possible, set)
register_type(frozenset, "frozenset", _sorted_if_possible, frozenset)
register_type(
    bytes,
    "bytes",
    lambda data: base64.b64encode(data).decode(),
    lambda text: base64.b64decode(text, validate=True),
)
register_type(datetime, "datetime", lambda value: [value.isoformat(), value.fold],
              lambda pair: datetime.fromisoformat(pair[0]).replace(fold=pair[1]))  # fmt: skip
register_type(date, "date", date.isoformat, date.fromisoformat)
register_type(time, "time", lambda value: [value.isoformat(), value.fold],
              lambda pair: time.fromisoformat(pair[0]).replace(fold=pair[1]))  # fmt: skip
register_type(timedelta, "timedelta", lambda value: [value.days, value.seconds, value.microseconds],
              lambda parts: timedelta(*parts))  # fmt: skip
register_type(Decimal, "decimal", str, Decimal)
register_type(UUID, "uuid", str, UUID)
register_type(float, "float", repr, float)
register_type(complex, "complex", repr, complex)

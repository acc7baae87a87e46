"""How messages travel between processes: JSON that can hold only what was agreed on.

Whoever can write to a shared Redis must not be able to run code in our processes, so there is no pickle.
Plain values travel as they are (None, bool, int, float, str, bytes, list, tuple, dict, set, frozenset,
datetime, date, time, timedelta, Decimal, UUID) and arrive with their types. Classes of the app travel if they
have been registered:

    @message_type
    @dataclass(frozen=True)
    class Posted:
        room: int
        text: str

    await self.pubsub.broadcast("room:1", Posted(1, "Hello"))

A decoder makes instances of registered classes only, and only by calling them with their own fields.
Fields that the receiver does not know are left out and fields that are missing take their default, so that
processes of two releases understand each other during a deploy.

On the wire a value that JSON lacks is an object with the one key ``~``: ``{"~": ["date", "2026-01-31"]}``.
"""

from __future__ import annotations

import base64
import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, cast, overload
from uuid import UUID

import orjson

from ..mailbox.faults import AsExceptions
from ..wellformed import dumps

T = TypeVar("T")
TAG = "~"
INT64 = range(-(2**63), 2**63)


class EncodeError(TypeError):
    """A message cannot travel between processes; the text says which part and what to do."""


class DecodeError(ValueError):
    """Bytes that are no message, or one of a kind that this process does not know."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of one class travel.

    Attributes:
        name: identifies the class on the wire.
        dump: makes JSON or plain values of a value.
        load: makes a value again of what ``dump`` returned.
    """

    name: str
    dump: Callable[[Any], object]
    load: Callable[[Any], object]


class MessageCodec:
    """Knows the registered classes. One is shared by the whole process; see `message_type`."""

    def __init__(self) -> None:
        self._by_class: dict[type, Kind] = {}
        self._by_name: dict[str, Kind] = {}
        for cls, name, dump, load in BUILT_IN:
            self.register(cls, name, dump, load)

    def register(
        self, cls: type[T], name: str, dump: Callable[[T], object], load: Callable[[Any], T]
    ) -> None:
        """Let values of ``cls`` (not of its subclasses) travel.

        Args:
            cls: the class.
            name: its name on the wire, the same in all processes and releases.
            dump: makes plain or registered values of a value.
            load: the reverse. It gets what came over the wire and must not trust it.

        Raises:
            ValueError: if another class has this name.
        """
        known = self._by_name.get(name)
        if known is not None:
            other = next((each for each, kind in self._by_class.items() if kind is known), cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise ValueError(f"two message types are named {name!r}; give one another name")
            self._by_class.pop(other)  # the same class once more: its module was reloaded
        self._by_class[cls] = self._by_name[name] = Kind(name, dump, load)

    def encode(self, message: object) -> bytes:
        """The bytes of a message.

        Raises:
            EncodeError: if it holds something that cannot travel.
        """
        try:
            return dumps(self._plain(message))
        except RecursionError:
            raise EncodeError("a message is nested too deeply, or contains itself") from None
        except orjson.JSONEncodeError as error:
            raise EncodeError(f"a message cannot be sent: {error}") from None

    def decode(self, data: bytes) -> Any:
        """The message of some bytes.

        Raises:
            DecodeError: if they are none that this process understands.
        """
        try:
            with AsExceptions():
                return self._value(orjson.loads(data))
        except DecodeError:
            raise
        except Exception as error:  # what a registered type raises when it is made may be anything
            raise DecodeError(f"not a message: {error}") from error

    def _plain(self, value: Any) -> Any:
        kind = type(value)
        if kind is str or kind is bool or value is None:
            return value
        if kind is int and value in INT64:
            return value
        if kind is float and math.isfinite(value):
            return value
        if kind is list:
            return [self._plain(each) for each in value]
        if kind is dict and TAG not in value and all(type(key) is str for key in value):
            return {key: self._plain(each) for key, each in value.items()}
        known = self._by_class.get(kind)
        if known is None:
            raise EncodeError(
                f"{kind.__module__}.{kind.__qualname__} cannot travel between processes. Send plain values, "
                "or put @message_type above its @dataclass (see quart_live.pubsub.codec)"
            )
        return {TAG: [known.name, self._plain(known.dump(value))]}

    def _value(self, data: Any) -> Any:
        if isinstance(data, list):
            return [self._value(each) for each in data]
        if not isinstance(data, dict):
            return data
        if TAG not in data:
            return {key: self._value(each) for key, each in data.items()}
        name, rest = data[TAG]
        kind = self._by_name.get(name)
        if kind is None:
            raise DecodeError(f"this process knows no message type {name!r}")
        return kind.load(self._value(rest))


def _pairs(value: dict[Any, Any]) -> list[list[Any]]:
    return [[key, each] for key, each in value.items()]


BUILT_IN: tuple[tuple[type, str, Callable[[Any], object], Callable[[Any], Any]], ...] = (
    (int, "int", str, int),  # beyond 64 bits
    (float, "float", str, float),  # not finite
    (dict, "dict", _pairs, dict),  # with keys that are no text
    (tuple, "tuple", list, tuple),
    (set, "set", list, set),
    (frozenset, "frozenset", list, frozenset),
    (bytes, "bytes", lambda value: base64.b64encode(value).decode(), lambda text: base64.b64decode(text)),
    (datetime, "datetime", datetime.isoformat, datetime.fromisoformat),
    (date, "date", date.isoformat, date.fromisoformat),
    (time, "time", time.isoformat, time.fromisoformat),
    (timedelta, "timedelta", lambda value: [value.days, value.seconds, value.microseconds],
     lambda parts: timedelta(parts[0], parts[1], parts[2])),
    (Decimal, "decimal", str, Decimal),
    (UUID, "uuid", str, UUID),
)  # fmt: skip

CODEC = MessageCodec()
"""The codec of this process, which `message_type` adds to."""


@overload
def message_type(cls: type[T], /) -> type[T]: ...
@overload
def message_type(name: str, /) -> Callable[[type[T]], type[T]]: ...
def message_type(given: type[T] | str, /) -> type[T] | Callable[[type[T]], type[T]]:
    """Decorator: let a dataclass or an enum travel between processes.

    Its name on the wire is module and class, or what is given: ``@message_type("posted")``. With a name of
    its own a class can be moved while processes of the old and the new release talk to each other.
    """
    if isinstance(given, str):
        name = given
        return lambda cls: _register(cls, name)
    return _register(given, f"{given.__module__}.{given.__qualname__}")


def _register(cls: type[T], name: str) -> type[T]:
    if issubclass(cls, Enum):
        CODEC.register(cls, name, lambda member: member.value, cls)
        return cls
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"{cls.__qualname__} is no dataclass and no enum; use CODEC.register for it")
    names = [field.name for field in dataclasses.fields(cls) if field.init]

    def dump(value: object) -> object:
        return {each: getattr(value, each) for each in names}

    def load(given: Any) -> object:
        return cls(**{each: given[each] for each in names if each in given})

    CODEC.register(cast(type, cls), name, dump, load)
    return cls

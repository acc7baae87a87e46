"""The codec of messages between processes: JSON that can hold only plain values and registered types.

A stranger who can write to a shared Redis must not be able to run code in our processes: there is no pickle.
Plain values travel as they are (None, bool, int, float, complex, str, bytes, list, tuple, dict, set,
frozenset, datetime, date, time, timedelta, Decimal, UUID) and arrive with their types. Classes of the app
travel if they have been registered:

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
Half a character (a lone surrogate) arrives as U+FFFD, see ``wellformed.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, overload

import orjson

from ..codec import DecodeError, EncodeError, Format, TypeCodec, Words
from ..wellformed import dumps

__all__ = ["CODEC", "DecodeError", "EncodeError", "MessageCodec", "message_type"]

T = TypeVar("T")


FORMAT = Format(
    tag="~",
    member=None,
    write=dumps,
    read=orjson.loads,  # much quicker than json, and every message of every process goes through it
    integers=range(-(2**63), 2**63),  # the bounds of orjson, as is the depth
    depth=254,
    separator=".",
    enums="value",
    folds="second",  # so that processes of the previous release can read all others
)

WORDS = Words(
    subject="a message ",
    advice="which cannot travel between processes; send plain values, or put @message_type above "
    "the dataclass or enum (see quart_live.pubsub.codec)",
    what="a message",
    by_hand="CODEC.register (see quart_live.pubsub.codec)",
)


class MessageCodec(TypeCodec[bytes]):
    """The codec of all types that may travel. One is shared by the whole process; see `message_type`."""

    def __init__(self) -> None:
        super().__init__(FORMAT, WORDS)


CODEC = MessageCodec()
"""The codec of this process, which `message_type` adds to."""


@overload
def message_type(cls: type[T], /) -> type[T]: ...
@overload
def message_type(name: str, /) -> Callable[[type[T]], type[T]]: ...
def message_type(given: type[T] | str, /) -> type[T] | Callable[[type[T]], type[T]]:
    """Register a dataclass or an enum that may travel between processes. A decorator.

    Its name on the wire is module and class, or what is given: ``@message_type("posted")``. With a name of
    its own a class can be moved while processes of the old and the new release talk to each other.

    Raises:
        TypeError: if it is another class; see `TypeCodec.register`.
        ValueError: if another class has this name.
    """
    return CODEC.registered(given)

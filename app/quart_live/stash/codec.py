"""The codec of stashed values: JSON text, plain data only, never code.

JSON knows text, numbers, booleans, ``None``, lists and objects. A value of another type is written as an
object with a member ``$`` that names the type: ``{"$": "date", "v": "2026-05-04"}``. Dates, times, sets,
tuples, bytes, decimals and UUIDs are built in; dataclasses and enums are registered by a decorator::

    @stashable
    @dataclass
    class Filter:
        unread: bool = False
        since: date | None = None

Only registered classes are ever made from stored data, and only by their constructor. An unknown type is an
error when the value is written, and not only when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar, overload

from ..codec import EncodeError, Format, TypeCodec, Words
from ..errors import LiveViewError

T = TypeVar("T")


class NotStashableError(EncodeError, LiveViewError):
    """A value cannot be kept, as it holds an object of an unknown type."""


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


FORMAT = Format(
    tag="$",
    member="v",
    # The json module keeps integers of any length and halves of characters. Data is never longer than
    # `Stash.max_bytes`, so its speed matters less.
    write=json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode,
    read=json.JSONDecoder(parse_constant=_no_json).decode,
    integers=None,
    depth=300,
    separator=":",
    enums="name",  # a name stays when a release gives the member another value
    folds="always",
)

WORDS = Words(
    subject="",  # the log line begins with the assign's name
    advice="which the stash does not know; keep plain data such as its id, decorate a dataclass or enum with "
    "@stashable, or use register_type",
    what="a stashed value",
    by_hand="register_type",
    refusal=NotStashableError,
)

CODEC = TypeCodec(FORMAT, WORDS)
"""The codec of this process, to which `stashable` and `register_type` add types."""


def register_type(
    cls: type[T], name: str, dump: Callable[[T], Any], load: Callable[[Any], T], *, replace: bool = False
) -> None:
    """Register a class whose objects can be stashed.

    Args:
        cls: the class; subclasses have to be registered themselves.
        name: the name of the class in the stored text; keep it when the class is renamed.
        dump: a function that turns an object into a value of types that the stash knows already.
        load: the reverse function. It gets data that was read, and must not trust it.
        replace: whether to replace another type of that name.

    Raises:
        LiveViewError: if the name is taken, unless ``replace``.
    """
    CODEC.register(cls, name, dump, load, replace=replace)


@overload
def stashable(cls: type[T], /) -> type[T]: ...
@overload
def stashable(name: str, /) -> Callable[[type[T]], type[T]]: ...
def stashable(given: type[T] | str, /) -> type[T] | Callable[[type[T]], type[T]]:
    """Register a dataclass or an enum whose objects can be stashed. A decorator.

    A dataclass is written as its fields and made again by its constructor, so fields that were added later
    need defaults, and fields that were removed are left out. An enum is written as its member's name.

    In the stored text the class is named by its module and name, or as given: ``@stashable("filter")``. With
    a name of its own the class can be moved and renamed, and older stashed values can still be read.

    Args:
        given: the class, or the name of the class in the stored text.

    Raises:
        LiveViewError: for any other class (see `register_type`), or if another class has this name.
    """
    return CODEC.registered(given)

"""How values are kept: JSON text, plain data only, never code.

JSON knows text, numbers, booleans, ``None``, lists and objects. Whatever else a view likes to keep is written
as an object with a member named ``$``, which says what it is: ``{"$": "date", "v": "2026-05-04"}``. Dates,
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

import json
from collections.abc import Callable
from typing import Any, TypeVar, overload

from ..codec import EncodeError, Format, TypeCodec, Words
from ..errors import LiveViewError

T = TypeVar("T")


class NotStashableError(EncodeError, LiveViewError):
    """A value that cannot be kept."""


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


FORMAT = Format(
    tag="$",
    member="v",
    # Integers of any length, halves of characters: what comes back is what was assigned. It is never longer
    # than `Stash.max_bytes`, so speed counts for less.
    write=json.JSONEncoder(separators=(",", ":"), allow_nan=False, check_circular=False).encode,
    read=json.JSONDecoder(parse_constant=_no_json).decode,
    integers=None,
    depth=300,
    separator=":",
    enums="name",  # it is what stays when a release gives a member another value
    folds="always",
)

WORDS = Words(
    subject="",  # whoever says it begins with the assign's name
    advice="which the stash does not know; keep plain data such as its id, decorate a dataclass or enum with "
    "@stashable, or use register_type",
    what="a stashed value",
    by_hand="register_type",
    refusal=NotStashableError,
)

CODEC = TypeCodec(FORMAT, WORDS)
"""The codec of this process, which `stashable` adds to."""


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
    CODEC.register(cls, name, dump, load, replace=replace)


@overload
def stashable(cls: type[T], /) -> type[T]: ...
@overload
def stashable(name: str, /) -> Callable[[type[T]], type[T]]: ...
def stashable(given: type[T] | str, /) -> type[T] | Callable[[type[T]], type[T]]:
    """Decorator: let dataclasses and enums of this class be kept.

    A dataclass is written as its fields and made again by its constructor, so fields that have been added
    since need defaults, and fields that have gone are left out. An enum is written by its member's name.

    In the stored text the class is called by module and name, or what is given: ``@stashable("filter")``.
    With a name of its own it can be moved and renamed, and what was kept is still understood.

    Raises:
        LiveViewError: for any other class; see `register_type`. If another class has this name.
    """
    return CODEC.registered(given)

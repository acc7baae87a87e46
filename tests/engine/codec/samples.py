"""Classes that both codecs know, values of all kinds, and a way to tell whether two of them are the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum, Flag, IntEnum
from typing import Any, TypeVar

import pytest
from hypothesis import strategies as st

from quart_live import message_type, stashable
from quart_live.codec import TypeCodec
from quart_live.pubsub import codec as messages
from quart_live.stash import codec as stash

CODECS: dict[str, TypeCodec[Any]] = {"messages": messages.CODEC, "stash": stash.CODEC}
both = pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)

T = TypeVar("T")


def known_as(name: str) -> Callable[[type[T]], type[T]]:
    """Decorator: both codecs know the class by this name."""

    def registered(cls: type[T]) -> type[T]:
        return message_type(name)(stashable(name)(cls))

    return registered


@known_as("samples.Colour")
class Colour(Enum):
    RED = "red"
    BLUE = 2


@known_as("samples.Level")
class Level(IntEnum):
    LOW = 1
    HIGH = 2


@known_as("samples.Rights")
class Rights(Flag):
    READ = 1
    WRITE = 2
    ALL = 3


@known_as("samples.Filter")
@dataclass(frozen=True)
class Filter:
    words: tuple[str, ...] = ()
    since: date | None = None
    colours: frozenset[Colour] = frozenset()
    kinds: dict[int, str] = field(default_factory=dict, hash=False)


class Point:
    """A class that says itself how it is written."""

    def __init__(self, x: Any) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and other.x == self.x

    def __hash__(self) -> int:
        return hash(self.x)


for each in CODECS.values():
    each.register(Point, "samples.Point", lambda point: point.x, Point)

ZONES = st.sampled_from(
    [None, UTC, timezone(timedelta(hours=-3, minutes=-30)), timezone(timedelta(seconds=7))]
)
WHOLE_TEXT = st.text(max_size=8)
ANY_TEXT = st.text(st.characters(), max_size=8)


def values_with(text: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Values of all kinds that a codec knows, with this text in them."""
    scalars: st.SearchStrategy[Any] = st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers().map(lambda number: number * 2**70),
        st.floats(), st.complex_numbers(), text, st.binary(max_size=8), st.dates(), st.timedeltas(),
        st.datetimes(timezones=ZONES), st.datetimes().map(lambda value: value.replace(fold=1)),
        st.times(timezones=ZONES), st.times().map(lambda value: value.replace(fold=1)),
        st.decimals(), st.uuids(),
        st.sampled_from([*Colour, *Level, *Rights, Rights.READ | Rights.WRITE, Rights(0)]),
        st.builds(Point, st.integers()),
    )  # fmt: skip
    filters = st.builds(
        Filter,
        words=st.lists(text, max_size=3).map(tuple),
        since=st.none() | st.dates(),
        colours=st.frozensets(st.sampled_from(Colour)),
        kinds=st.dictionaries(st.integers(), text, max_size=2),
    )
    plain = scalars.filter(_is_hashable)
    hashables = plain | st.tuples(plain, plain) | st.frozensets(plain, max_size=3) | filters
    return st.recursive(
        scalars | filters,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=3).map(tuple)
            | st.dictionaries(text | st.sampled_from(["~", "$"]), inner, max_size=4)
            | st.dictionaries(hashables, inner, max_size=3)
            | st.sets(hashables, max_size=4)
            | st.frozensets(hashables, max_size=4)
            | st.builds(Point, inner)
        ),
        max_leaves=15,
    )


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)  # a signalling NaN has none
    except TypeError:
        return False
    return True


def exact(value: Any) -> Any:
    """All that makes a value what it is: 1, 1.0 and True are equal, and so are moments of unlike folds."""
    if isinstance(value, dict):
        return dict, [(exact(key), exact(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [exact(each) for each in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted((exact(each) for each in value), key=repr)
    if isinstance(value, Filter):
        return Filter, exact(vars(value))
    if isinstance(value, Point):
        return Point, exact(value.x)
    if isinstance(value, datetime | time):
        return type(value), value.isoformat(), value.fold
    return type(value), repr(value)


def new(like: TypeCodec[Any]) -> TypeCodec[Any]:
    """A codec that knows nothing yet but what is built in."""
    return TypeCodec(stash.FORMAT, stash.WORDS) if like is stash.CODEC else messages.MessageCodec()


def is_text(codec: TypeCodec[Any]) -> bool:
    """Whether it writes text, not bytes."""
    return isinstance(codec.encode(None), str)


def read(codec: TypeCodec[Any], data: str) -> Any:
    """Return the value that a codec reads from a text."""
    return codec.decode(data if is_text(codec) else data.encode())


def named(codec: TypeCodec[Any], name: Any, data: Any) -> str:
    """Return the form in which a codec writes ``data`` of the type ``name``."""
    return json.dumps({"$": name, "v": data} if is_text(codec) else {"~": [name, data]})

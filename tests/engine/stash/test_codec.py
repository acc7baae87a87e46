"""Values as JSON text: plain data goes through unchanged, everything else is refused in words."""

from __future__ import annotations

import contextlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from quart_live import LiveViewError, stashable
from quart_live.stash import NotStashableError, codec, register_type


@stashable
class Colour(Enum):
    RED = "red"
    BLUE = 2


@stashable
class Level(IntEnum):
    LOW = 1
    HIGH = 2


@stashable
@dataclass(frozen=True)
class Filter:
    words: tuple[str, ...] = ()
    since: date | None = None
    colours: frozenset[Colour] = frozenset()
    kinds: dict[int, str] = field(default_factory=dict, hash=False)


class Point:
    def __init__(self, x: int) -> None:
        self.x = x

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Point) and other.x == self.x

    def __hash__(self) -> int:
        return hash(self.x)


register_type(Point, "tests.Point", lambda point: point.x, Point)

zones = st.sampled_from([None, UTC, timezone(timedelta(hours=-3, minutes=-30))])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(timezones=zones),
    st.times(),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
    st.sampled_from([*Colour, *Level]),
    st.builds(Point, st.integers()),
    st.builds(Filter, words=st.lists(st.text()).map(tuple), since=st.none() | st.dates(),
              colours=st.frozensets(st.sampled_from(Colour))),
)  # fmt: skip
hashables = scalars.filter(lambda value: not isinstance(value, Filter))
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.just("$"), inner)
        | st.dictionaries(hashables, inner)
        | st.sets(hashables)
        | st.frozensets(hashables)
    ),
    max_leaves=20,
)


def types_of(value: object) -> object:
    """The value with all its types: 1, 1.0 and True are equal, but not the same."""
    if isinstance(value, dict):
        pairs = [(types_of(key), types_of(item)) for key, item in value.items()]
        return dict, sorted(pairs, key=repr)
    if isinstance(value, list | tuple):
        return type(value), [types_of(item) for item in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted(map(repr, map(types_of, value)))
    if isinstance(value, Filter):
        return Filter, types_of(vars(value))
    return type(value), repr(value) if not isinstance(value, Point) else value.x


@given(values)
def test_round_trip(value: object) -> None:
    text = codec.encode(value)
    assert types_of(codec.decode(text)) == types_of(value)


@given(st.sets(hashables) | st.frozensets(st.text()))
def test_equal_sets_give_equal_texts(items: set[object]) -> None:
    again = set(items)
    assert codec.encode(set(items)) == codec.encode(again)


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_infinite_floats(value: float) -> None:
    assert codec.decode(codec.encode([value])) == [value]


def test_not_a_number() -> None:
    again = codec.decode(codec.encode(float("nan")))
    assert again != again


@pytest.mark.parametrize(
    "value",
    [object(), Markup("<b>"), OrderedDict(), lambda: 0, {1: object()}, [10**5000], type, "x".join],
)
def test_what_cannot_be_kept_is_refused(value: object) -> None:
    with pytest.raises(NotStashableError):
        codec.encode([value])


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(NotStashableError, match=r"OrderedDict.*@stashable"):
        codec.encode(OrderedDict())


def test_a_list_in_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(NotStashableError, match="contains itself"):
        codec.encode(value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"$":"os:system","v":"true"}',
        '{"$":"date"}',
        '{"$":"date","v":"yesterday"}',
        '{"$":["date"],"v":1}',
        '{"$":"set","v":[[]]}',
        '{"$":"dict","v":[[[],1]]}',
        '{"$":"dict","v":3}',
        '{"$":"decimal","v":"much"}',
        '{"$":"uuid","v":"x"}',
        '{"$":"bytes","v":"*"}',
        '{"$":"timedelta","v":[1e300,0,0]}',
        '{"$":"datetime","v":["2026-01-01T00:00:00",7]}',
        "[" * 100_000,
        "1" * 10_000,
    ],
)
def test_texts_that_are_none_of_ours(text: str) -> None:
    with pytest.raises(ValueError):
        codec.decode(text)


plain = st.none() | st.booleans() | st.integers() | st.text()
objects = st.recursive(
    plain, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["$", "v", "a"]), inner)
)


@given(objects)
def test_any_json_is_read_or_refused(value: object) -> None:
    with contextlib.suppress(ValueError):
        codec.decode(json.dumps(value))


def test_fields_may_come_and_go() -> None:
    text = codec.encode(Filter(words=("a",)))
    assert codec.decode(text.replace('"kinds"', '"older"')) == Filter(words=("a",))


def test_other_classes_need_to_be_told_how() -> None:
    class Plain:
        pass

    with pytest.raises(LiveViewError, match="register_type"):
        stashable(Plain)


def test_a_name_means_one_type() -> None:
    with pytest.raises(LiveViewError, match="already"):
        register_type(OrderedDict, "set", list, OrderedDict)


def test_built_in_types_by_example() -> None:
    value = {
        "at": datetime(2026, 5, 4, 12, 30, tzinfo=UTC),
        "on": date(2026, 5, 4),
        "time": time(8, 15),
        "for": timedelta(days=2),
        "price": Decimal("9.90"),
        "id": UUID(int=7),
        "who": {"ann", "ben"},
    }
    assert codec.decode(codec.encode(value)) == value

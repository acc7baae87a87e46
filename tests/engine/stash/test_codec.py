"""Values as JSON text: plain data goes through unchanged, everything else is refused in words."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from uuid import UUID

import pytest
from markupsafe import Markup

from quart_live import LiveViewError, stashable
from quart_live.stash import NotStashableError, register_type
from quart_live.stash.codec import CODEC


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


@pytest.mark.parametrize("value", [float("inf"), float("-inf")])
def test_infinite_floats(value: float) -> None:
    assert CODEC.decode(CODEC.encode([value])) == [value]


def test_not_a_number() -> None:
    again = CODEC.decode(CODEC.encode(float("nan")))
    assert again != again


@pytest.mark.parametrize(
    "value",
    [object(), Markup("<b>"), OrderedDict(), lambda: 0, {1: object()}, [10**5000], type, "x".join],
)
def test_what_cannot_be_kept_is_refused(value: object) -> None:
    with pytest.raises(NotStashableError):
        CODEC.encode([value])


def test_the_refusal_says_what_to_do() -> None:
    with pytest.raises(NotStashableError, match=r"OrderedDict.*@stashable"):
        CODEC.encode(OrderedDict())


def test_a_list_in_itself_is_refused() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(NotStashableError, match="contains itself"):
        CODEC.encode(value)


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
        CODEC.decode(text)


def test_fields_may_come_and_go() -> None:
    text = CODEC.encode(Filter(words=("a",)))
    assert CODEC.decode(text.replace('"kinds"', '"older"')) == Filter(words=("a",))


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
    assert CODEC.decode(CODEC.encode(value)) == value

"""Equal keys, values that are alike, and assigns that are unchanged: all three mean the same text."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from quart_live.rendering.alike import alike
from quart_live.rendering.keys import NoKeyError, are_same, key_of, parts_of
from quart_live.view.assigns import AssignState


class Pair(NamedTuple):
    one: Any
    other: Any


@dataclass(frozen=True)
class Frozen:
    one: Any


@dataclass(frozen=True)
class Both(Frozen):
    other: Any


@dataclass
class Loose:
    one: Any


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


NOON = datetime.datetime(2026, 1, 1, 12)
BERLIN, PARIS = ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/Paris")
SIMPLE = st.sampled_from(
    [
        *(None, True, False, 0, 1, 1.0, 0.0, -0.0, "", "1", "a", b"a", Markup("a"), Colour.RED, Colour.BLUE),
        *(decimal.Decimal("1"), decimal.Decimal("1.0"), uuid.UUID(int=1), NOON.date(), NOON, BERLIN, PARIS),
        *(NOON.replace(tzinfo=BERLIN), NOON.replace(tzinfo=PARIS), NOON.replace(fold=1), NOON.time()),
        *(datetime.timedelta(1), frozenset(), frozenset({1, "a"}), frozenset({True}), frozenset({1}), ()),
    ]
)
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple),
        st.builds(Pair, inner, inner),
        st.builds(Frozen, inner),
        st.builds(Both, inner, inner),
    ),
    max_leaves=5,
)


def copied(value: Any) -> Any:
    """An equal value that is another object, as far as Python makes one."""
    if isinstance(value, Pair):
        return Pair(copied(value.one), copied(value.other))
    if isinstance(value, tuple):
        return tuple([copied(part) for part in value])
    if isinstance(value, Both):
        return Both(copied(value.one), copied(value.other))
    if isinstance(value, Frozen):
        return Frozen(copied(value.one))
    if type(value) is str:
        return "".join(list(value))
    return value


@given(VALUES, VALUES)
def test_alike_means_equal_keys(one: Any, other: Any) -> None:
    same = key_of(one) == key_of(other)
    assert alike(one, other) is same
    assert are_same(one, other) is same
    assert alike(one, copied(one))
    if same:
        assert str(one) == str(other) and type(one) is type(other)


@given(VALUES, VALUES)
def test_what_is_alike_is_not_assigned_again(one: Any, other: Any) -> None:
    state = AssignState()
    state.update({"x": one})
    assert state.take_changed() == {"x"}
    state.update({"x": copied(one)})
    assert not state.changed
    state.update({"x": other})
    assert bool(state.changed) is not (key_of(one) == key_of(other))


@pytest.mark.parametrize(
    "value", [[], {}, {1}, Loose(1), ([],), Pair(1, []), Frozen({}), object(), (1,) * 101]
)
def test_what_can_change_or_is_long_is_always_assigned(value: Any) -> None:
    state = AssignState()
    state.update({"x": value})
    state.take_changed()
    state.update({"x": value})
    assert state.changed == {"x"}


def test_a_part_of_the_message_is_known_by_identity_only() -> None:
    message = Loose(1)
    known = Pair(message, True)
    assert key_of(known, {id(message)}) == key_of(Pair(message, True), {id(message)})
    assert alike(known, Pair(message, True))
    assert not alike(known, Pair(Loose(1), True))
    assert not alike(known, Pair(message, 1))
    with pytest.raises(NoKeyError):
        key_of(known)


@dataclass
class Held:
    """A message that holds something."""

    inside: Any


AROUND: list[Callable[[Any], Any]] = [
    lambda inside: {"a": inside},
    lambda inside: MappingProxyType({"a": inside}),
    lambda inside: [inside],
    lambda inside: Pair(inside, 1),
    Held,
]


@pytest.mark.parametrize("around", AROUND)
def test_what_a_message_holds_is_frozen_with_it(around: Callable[[Any], Any]) -> None:
    inside = {"words": ["Boots?"]}
    message = around(inside)
    assert {id(message), id(inside), id(inside["words"])} <= parts_of(message)


def test_a_class_in_a_message_is_not_opened() -> None:
    message = [Held]
    assert parts_of(message) == {id(message), id(Held)}

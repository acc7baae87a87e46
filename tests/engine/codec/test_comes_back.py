"""Each value comes back as it was written, with its type."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal
from enum import KEEP, Flag
from typing import Any

import pytest
from engine.codec.samples import ANY_TEXT, WHOLE_TEXT, Rights, both, exact, values_with
from hypothesis import given
from hypothesis import strategies as st

from quart_live.codec import TypeCodec
from quart_live.pubsub import codec as messages
from quart_live.stash import codec as stash

Codec = TypeCodec[Any]


@both
@given(value=values_with(WHOLE_TEXT))
def test_what_comes_back_is_what_was_written(codec: Codec, value: Any) -> None:
    assert exact(codec.decode(codec.encode(value))) == exact(value)


@given(value=values_with(ANY_TEXT))
def test_the_stash_keeps_halves_of_characters(value: Any) -> None:
    assert exact(stash.CODEC.decode(stash.CODEC.encode(value))) == exact(value)


def test_a_message_does_not() -> None:
    """It is UTF-8, which has none, and views of the process before could not read an escape."""
    assert messages.CODEC.decode(messages.CODEC.encode({"a": ["\ud83d"]})) == {"a": ["\ufffd"]}


@both
@pytest.mark.parametrize("moment", [datetime(2026, 10, 25, 2, 30), time(2, 30)], ids=["datetime", "time"])
def test_which_of_two_equal_moments_it_is(codec: Codec, moment: datetime | time) -> None:
    for fold in (0, 1):
        assert codec.decode(codec.encode(moment.replace(fold=fold))).fold == fold


class Open(Flag, boundary=KEEP):
    ONE = 1
    TWO = 2


@both
@pytest.mark.parametrize(
    "flags",
    [Rights.READ, Rights.ALL, Rights.READ | Rights.WRITE, Rights(0),
     Open(0), Open.ONE, Open.ONE | Open.TWO, Open(64), Open(1 | 64)],
    ids=repr,
)  # fmt: skip
def test_flags_of_several_names_and_of_none(codec: Codec, flags: Flag) -> None:
    codec.registered("tests.Open")(Open)
    assert codec.decode(codec.encode(flags)) is flags


@both
def test_numbers_of_two_parts(codec: Codec) -> None:
    assert codec.decode(codec.encode(1 - 2j)) == 1 - 2j


@both
@given(items=st.sets(st.frozensets(st.integers()) | st.text() | st.integers() | st.dates()))
def test_equal_sets_give_equal_data(codec: Codec, items: set[Any]) -> None:
    """Else the stash would write again what it has written already."""
    again: set[Any] = set()
    for item in sorted(items, key=repr, reverse=True):
        again.add(frozenset(sorted(item, reverse=True)) if isinstance(item, frozenset) else item)
    assert codec.encode(items) == codec.encode(again)


@both
def test_sets_of_what_has_no_order(codec: Codec) -> None:
    """A Decimal that is no number raises an error of its own when it is compared."""
    read = codec.decode(codec.encode({Decimal("NaN"), Decimal(1), 1j, "a", None}))
    assert sorted(map(repr, read)) == ["'a'", "1j", "Decimal('1')", "Decimal('NaN')", "None"]

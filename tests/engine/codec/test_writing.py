"""Values that cannot be written are refused by a message that helps."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from engine.codec.samples import Filter, Point, both
from markupsafe import Markup

from quart_live.codec import EncodeError, TypeCodec
from quart_live.stash import NotStashableError
from quart_live.stash import codec as stash

Codec = TypeCodec[Any]


def nested(levels: int, around: Callable[[Any], Any]) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = around(value)
    return value


class Pair(NamedTuple):
    a: int
    b: int


class Unknown:
    pass


class Shade(StrEnum):
    DARK = "dark"


@dataclass(frozen=True)
class Lower(Filter):
    """A class that is known is above it."""


@both
@pytest.mark.parametrize(
    "value",
    [Unknown(), Unknown, Pair(1, 2), Shade.DARK, Lower(), Markup("<b>"), OrderedDict(), bytearray(b"x"),
     memoryview(b"x"), lambda: 1, range(3), "x".join],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_unknown_classes_are_refused(codec: Codec, value: Any) -> None:
    for holder in (value, [value], {"a": (value,)}, {1: value}, Point(value)):
        with pytest.raises(
            EncodeError, match=r"holds a [\w.]+, which .*@(message_type|stashable)"
        ) as refused:
            codec.encode(holder)
        assert isinstance(refused.value, NotStashableError) is (codec is stash.CODEC)


@both
def test_what_is_too_long_for_a_number(codec: Codec) -> None:
    with pytest.raises(EncodeError, match="cannot be written"):
        codec.encode([10**5000])


@both
@pytest.mark.parametrize(
    "around",
    [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: (inner,), lambda inner: {1: inner},
     lambda inner: frozenset({inner}), Point],
    ids=["list", "dict", "tuple", "pairs", "frozenset", "registered"],
)  # fmt: skip
def test_what_is_not_too_deep_comes_back(codec: Codec, around: Callable[[Any], Any]) -> None:
    """Nothing goes out that nobody can read, and what is deeper says so, whatever it is made of."""
    levels = 1
    while True:
        value = nested(levels, around)
        try:
            data = codec.encode(value)
        except EncodeError as error:
            assert str(error).endswith("is nested too deeply, or contains itself")
            break
        assert codec.encode(codec.decode(data)) == data
        levels += 1
    assert levels > 60


@both
def test_what_contains_itself(codec: Codec) -> None:
    in_list: list[Any] = []
    in_list.append(in_list)
    in_dict: dict[Any, Any] = {}
    in_dict[1] = (in_dict,)
    for value in (in_list, in_dict, Point(in_list)):
        with pytest.raises(EncodeError, match="contains itself"):
            codec.encode(value)

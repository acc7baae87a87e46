"""Texts of the release in which the two codecs became one can be read for ever.

It is in databases and in browsers, and for the time of a deploy in Redis. So nothing here is ever changed:
whoever extends a format adds lines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum
from typing import Any
from uuid import UUID

import pytest
from engine.codec.samples import exact

from quart_live import message_type, stashable
from quart_live.pubsub import codec as messages
from quart_live.stash import codec as stash


@message_type("frozen.Colour")
@stashable
class Colour(Enum):
    __module__ = "app"

    RED = "red"
    BLUE = 2


@message_type
@stashable
class Level(IntEnum):
    __module__ = "app"

    LOW = 1


@message_type("frozen.Rights")
@stashable
class Rights(Flag):
    __module__ = "app"

    READ = 1
    WRITE = 2


@message_type("app.Filter")
@stashable("app:Filter")
@dataclass(frozen=True)
class Filter:
    words: tuple[str, ...] = ()
    since: date | None = None
    colours: frozenset[Colour] = frozenset()


NEWFOUNDLAND = timezone(timedelta(hours=-3, minutes=-30))
FILTER = Filter(("a",), date(2026, 1, 1), frozenset({Colour.RED}))

FROZEN: list[tuple[Any, bytes | None, str]] = [
    (None, b"null", "null"),
    (True, b"true", "true"),
    (0, b"0", "0"),
    (-7, b"-7", "-7"),
    (2**63 - 1, b"9223372036854775807", "9223372036854775807"),
    (2**63, b'{"~":["int","9223372036854775808"]}', "9223372036854775808"),
    (-(2**70), b'{"~":["int","-1180591620717411303424"]}', "-1180591620717411303424"),
    (1.5, b"1.5", "1.5"),
    (-0.0, b"-0.0", "-0.0"),
    (1e300, b"1e+300", "1e+300"),
    (math.inf, b'{"~":["float","inf"]}', '{"$":"float","v":"inf"}'),
    (-math.inf, b'{"~":["float","-inf"]}', '{"$":"float","v":"-inf"}'),
    (math.nan, b'{"~":["float","nan"]}', '{"$":"float","v":"nan"}'),
    ("", b'""', '""'),
    ("text é 😀", b'"text \xc3\xa9 \xf0\x9f\x98\x80"', '"text \\u00e9 \\ud83d\\ude00"'),
    (b"", b'{"~":["bytes",""]}', '{"$":"bytes","v":""}'),
    (b"\0\xff~", b'{"~":["bytes","AP9+"]}', '{"$":"bytes","v":"AP9+"}'),
    ([], b"[]", "[]"),
    ([1, [2]], b"[1,[2]]", "[1,[2]]"),
    ({}, b"{}", "{}"),
    ({"a": {"b": None}}, b'{"a":{"b":null}}', '{"a":{"b":null}}'),
    ({"~": 1, "$": 2}, b'{"~":["dict",[["~",1],["$",2]]]}', '{"$":"dict","v":[["~",1],["$",2]]}'),
    ({1: "a", None: [], (1, 2): {}},
     b'{"~":["dict",[[1,"a"],[null,[]],[{"~":["tuple",[1,2]]},{}]]]}',
     '{"$":"dict","v":[[1,"a"],[null,[]],[{"$":"tuple","v":[1,2]},{}]]}'),
    ((), b'{"~":["tuple",[]]}', '{"$":"tuple","v":[]}'),
    ((1, ("a",)),
     b'{"~":["tuple",[1,{"~":["tuple",["a"]]}]]}',
     '{"$":"tuple","v":[1,{"$":"tuple","v":["a"]}]}'),
    (set(), b'{"~":["set",[]]}', '{"$":"set","v":[]}'),
    ({1, 2, 10}, b'{"~":["set",[1,2,10]]}', '{"$":"set","v":[1,2,10]}'),
    ({"b", "a"}, b'{"~":["set",["a","b"]]}', '{"$":"set","v":["a","b"]}'),
    (frozenset({1.5}), b'{"~":["frozenset",[1.5]]}', '{"$":"frozenset","v":[1.5]}'),
    (date(2026, 1, 31), b'{"~":["date","2026-01-31"]}', '{"$":"date","v":"2026-01-31"}'),
    (datetime(2026, 1, 31, 12, 30, 0, 5),
     b'{"~":["datetime","2026-01-31T12:30:00.000005"]}',
     '{"$":"datetime","v":["2026-01-31T12:30:00.000005",0]}'),
    (datetime(2026, 1, 31, tzinfo=UTC),
     b'{"~":["datetime","2026-01-31T00:00:00+00:00"]}',
     '{"$":"datetime","v":["2026-01-31T00:00:00+00:00",0]}'),
    (datetime(2026, 1, 31, tzinfo=NEWFOUNDLAND),
     b'{"~":["datetime","2026-01-31T00:00:00-03:30"]}',
     '{"$":"datetime","v":["2026-01-31T00:00:00-03:30",0]}'),
    (time(8, 15), b'{"~":["time","08:15:00"]}', '{"$":"time","v":["08:15:00",0]}'),
    (time(8, tzinfo=UTC), b'{"~":["time","08:00:00+00:00"]}', '{"$":"time","v":["08:00:00+00:00",0]}'),
    (timedelta(days=-1, seconds=5, microseconds=7),
     b'{"~":["timedelta",[-1,5,7]]}', '{"$":"timedelta","v":[-1,5,7]}'),
    (Decimal("9.90"), b'{"~":["decimal","9.90"]}', '{"$":"decimal","v":"9.90"}'),
    (Decimal("-0"), b'{"~":["decimal","-0"]}', '{"$":"decimal","v":"-0"}'),
    (Decimal("NaN"), b'{"~":["decimal","NaN"]}', '{"$":"decimal","v":"NaN"}'),
    (Decimal("Infinity"), b'{"~":["decimal","Infinity"]}', '{"$":"decimal","v":"Infinity"}'),
    (UUID(int=7),
     b'{"~":["uuid","00000000-0000-0000-0000-000000000007"]}',
     '{"$":"uuid","v":"00000000-0000-0000-0000-000000000007"}'),
    (Colour.RED, b'{"~":["frozen.Colour","red"]}', '{"$":"app:Colour","v":"RED"}'),
    (Colour.BLUE, b'{"~":["frozen.Colour",2]}', '{"$":"app:Colour","v":"BLUE"}'),
    (Level.LOW, b'{"~":["app.Level",1]}', '{"$":"app:Level","v":"LOW"}'),
    (Rights.READ, b'{"~":["frozen.Rights",1]}', '{"$":"app:Rights","v":"READ"}'),
    (Rights.READ | Rights.WRITE,
     b'{"~":["frozen.Rights",3]}', '{"$":"app:Rights","v":"READ|WRITE"}'),
    (FILTER,
     b'{"~":["app.Filter",{"words":{"~":["tuple",["a"]]},"since":{"~":["date","2026-01-01"]},'
     b'"colours":{"~":["frozenset",[{"~":["frozen.Colour","red"]}]]}}]}',
     '{"$":"app:Filter","v":{"words":{"$":"tuple","v":["a"]},"since":{"$":"date",'
     '"v":"2026-01-01"},"colours":{"$":"frozenset","v":[{"$":"app:Colour","v":"RED"}]}}}'),
]  # fmt: skip

READ_ONLY: list[tuple[Any, bytes | None, str | None]] = [
    # A message had no fold, and a set no order.
    (datetime(2026, 10, 25, 2, 30), b'{"~":["datetime","2026-10-25T02:30:00"]}', None),
    (time(2, 30), b'{"~":["time","02:30:00"]}', None),
    ({"b", "a"}, b'{"~":["set",["b","a"]]}', '{"$":"set","v":["b","a"]}'),
    # No flag at all had no name.
    (Rights(0), b'{"~":["frozen.Rights",0]}', '{"$":"app:Rights","v":null}'),
]

ONLY_IN_THE_STASH = [
    (datetime(2026, 10, 25, 2, 30, fold=1), '{"$":"datetime","v":["2026-10-25T02:30:00",1]}'),
    (time(2, 30, fold=1), '{"$":"time","v":["02:30:00",1]}'),
    (1 + 2j, '{"$":"complex","v":"(1+2j)"}'),
    ("\ud83d", '"\\ud83d"'),
]


def name_of(value: object) -> str:
    """Name a value in the test's id, the same in each process: a set has no order of its own."""
    return ascii(value)[:30] if isinstance(value, bytes | str) else type(value).__name__


@pytest.mark.parametrize(("value", "message", "kept"), FROZEN, ids=name_of)
def test_read_as_ever_and_written_as_ever(value: Any, message: bytes, kept: str) -> None:
    """A process of the release before can read what this release writes."""
    assert exact(messages.CODEC.decode(message)) == exact(value)
    assert exact(stash.CODEC.decode(kept)) == exact(value)
    assert messages.CODEC.encode(value) == message
    assert stash.CODEC.encode(value) == kept


@pytest.mark.parametrize(("value", "message", "kept"), READ_ONLY, ids=name_of)
def test_read_as_ever(value: Any, message: bytes | None, kept: str | None) -> None:
    if message is not None:
        assert exact(messages.CODEC.decode(message)) == exact(value)
    if kept is not None:
        assert exact(stash.CODEC.decode(kept)) == exact(value)


@pytest.mark.parametrize(("value", "kept"), ONLY_IN_THE_STASH, ids=name_of)
def test_what_messages_could_not_hold(value: Any, kept: str) -> None:
    assert exact(stash.CODEC.decode(kept)) == exact(value)
    assert stash.CODEC.encode(value) == kept

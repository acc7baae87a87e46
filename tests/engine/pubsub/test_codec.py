"""Messages between processes arrive as they were, or say why they may not travel; nothing foreign is made."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from markupsafe import Markup

from quart_live import message_type
from quart_live.pubsub import DecodeError, EncodeError, MessageCodec
from quart_live.pubsub.codec import CODEC


@message_type
@dataclass(frozen=True)
class Posted:
    room: int
    text: str
    tags: tuple[str, ...] = ()


@message_type("test.mood")
class Mood(Enum):
    GOOD = "good"
    BAD = "bad"


@message_type("test.newer")
@dataclass(frozen=True)
class Newer:
    a: int
    b: int = 2
    hidden: list[int] = field(default_factory=list, init=False, compare=False)


@message_type("test.moody")
@dataclass(frozen=True)
class Moody:
    """Fails where it arrives."""

    arrives: bool = False

    def __post_init__(self) -> None:
        if self.arrives:
            raise FAILURES[-1]


FAILURES: list[BaseException] = []


def test_on_the_wire() -> None:
    assert CODEC.encode({"a": [1, "b", None]}) == b'{"a":[1,"b",null]}'
    assert CODEC.encode(date(2026, 1, 31)) == b'{"~":["date","2026-01-31"]}'
    assert CODEC.encode(Mood.BAD) == b'{"~":["test.mood","bad"]}'


@pytest.mark.parametrize(
    "value",
    [math.inf, -math.inf, 2**70, {"~": ["set", []]}, {1: 2}, UUID(int=7), Decimal("1.50"), timedelta(days=-1),
     datetime(2026, 1, 1, tzinfo=UTC)],
)  # fmt: skip
def test_what_json_lacks(value: Any) -> None:
    assert CODEC.decode(CODEC.encode(value)) == value
    assert math.isnan(CODEC.decode(CODEC.encode(math.nan)))


class Unknown:
    pass


@pytest.mark.parametrize(
    "value", [Unknown(), [Unknown()], {"a": {"b": Unknown()}}, lambda: 1, Markup("<b>"), Unknown]
)
def test_what_may_not_travel_says_what_to_do(value: Any) -> None:
    with pytest.raises(EncodeError, match="@message_type"):
        CODEC.encode(value)


def test_values_that_contain_themselves() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(EncodeError, match="contains itself"):
        CODEC.encode(loop)


def test_text_that_is_no_unicode() -> None:
    assert CODEC.decode(CODEC.encode("half a \ud83d")) == "half a \ufffd"


def test_two_releases_understand_each_other() -> None:
    assert CODEC.decode(b'{"~":["test.newer",{"a":1}]}') == Newer(1, 2)
    assert CODEC.decode(b'{"~":["test.newer",{"a":1,"b":3,"c":4,"hidden":[9]}]}') == Newer(1, 3)
    assert CODEC.decode(b'{"~":["test.newer",{"a":1,"hidden":[9]}]}').hidden == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\x80\x04", b"{", b'{"~":1}', b'{"~":[]}', b'{"~":["os.system",["ls"]]}', b'{"~":["date","x"]}',
     b'{"~":["test.mood","sad"]}', b'{"~":["test.newer",{}]}', b'{"~":["test.newer",5]}', b'{"~":[[],{}]}',
     b'{"~":["timedelta",[1e308,1,1]]}', b'{"~":["set",[[]]]}', b'{"~":["int","' + b"9" * 5000 + b'"]}',
     b"[" * 100_000, b"[" * 900 + b"]" * 900, b'{"~":["bytes","\xc3\xa9"]}'],
)  # fmt: skip
def test_bytes_that_are_no_message(data: bytes) -> None:
    try:
        CODEC.decode(data)
    except DecodeError:
        return
    assert data.startswith(b"[["), "only lists may be taken"
    assert data.endswith(b"]]")


def test_names_are_unique_but_modules_may_be_reloaded() -> None:
    codec = MessageCodec()
    codec.register(Unknown, "one", lambda value: None, lambda data: Unknown())
    again = type("Unknown", (), {"__module__": Unknown.__module__, "__qualname__": Unknown.__qualname__})
    codec.register(again, "one", lambda value: None, lambda data: again())
    assert isinstance(codec.decode(codec.encode(again())), again)
    with pytest.raises(ValueError, match="named 'one'"):
        codec.register(Posted, "one", lambda value: None, lambda data: Posted(1, ""))


def test_only_dataclasses_and_enums_by_decorator() -> None:
    with pytest.raises(TypeError, match="no dataclass"):
        message_type(Unknown)


@pytest.mark.parametrize("failure", [RuntimeError("no"), SystemExit(1), GeneratorExit(), ValueError("no")])
async def test_a_type_that_cannot_be_made_here_is_one_message_lost(failure: BaseException) -> None:
    """Its exception must not end the link to Redis, and with it the process."""
    FAILURES.append(failure)
    data = CODEC.encode(Moody()).replace(b"false", b"true")
    with pytest.raises(DecodeError):
        CODEC.decode(data)

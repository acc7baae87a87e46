"""Text that no codec has written is refused, by one error; nothing foreign is made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from engine.codec.samples import (
    WHOLE_TEXT,
    both,
    is_text,
    named,
    read,
)
from hypothesis import given
from hypothesis import strategies as st

from quart_live.codec import DecodeError, TypeCodec
from quart_live.pubsub import codec as messages
from quart_live.stash import codec as stash

Codec = TypeCodec[Any]


NAMES = ["int", "float", "complex", "decimal", "uuid", "dict", "tuple", "set", "frozenset", "bytes", "date",
         "datetime", "time", "timedelta", "samples.Colour", "samples.Level", "samples.Rights",
         "samples.Filter", "samples.Point", "os.system", ""]  # fmt: skip
NEAR = st.sampled_from(
    ["nan", "RED", "red", "READ|WRITE", "READ|", "2026-01-31", "02:30", "1e9", "AA==", "a*b="]
)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | WHOLE_TEXT | NEAR,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["a", "words", "since", "colours", "$", "v", "~"]), inner, max_size=3
        )
        | st.builds(lambda name, data: {"$": name, "v": data}, st.sampled_from(NAMES), inner)
        | st.builds(lambda name, data: {"~": [name, data]}, st.sampled_from(NAMES), inner)
    ),
    max_leaves=12,
)


@both
@given(data=JSON)
def test_any_json_is_read_or_refused(codec: Codec, data: Any) -> None:
    """And what is read is made of nothing but what could be written."""
    try:
        value = read(codec, json.dumps(data))
    except DecodeError:
        return
    codec.encode(value)


@both
@given(data=st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(codec: Codec, data: bytes) -> None:
    try:
        value = codec.decode(data.decode("latin-1") if is_text(codec) else data)
    except DecodeError:
        return
    codec.encode(value)


NOT_WRITTEN: dict[str, list[Any]] = {
    "bytes": ["a*b=", "QQ==\n", "QQ", "\xe9", 1, None],
    "set": ["abc", {"a": 1}, [[]]],
    "frozenset": ["abc", {"a": 1}, [[]]],
    "tuple": ["abc", {"a": 1}, 1],
    "dict": [["ab"], [["a"]], [["a", 1, 2]], [[[], 1]], {"ab": 1}, 3],
    "int": [1.5, True, "x"],
    "float": [1, "x"],
    "complex": ["x", [1, 2]],
    "decimal": [1.5, "much", [0, [1, 2], 3]],
    "uuid": ["x", 7],
    "date": ["yesterday", 20260131],
    "datetime": [1, ["2026-01-01T00:00"], ["2026-01-01T00:00", 7], ["2026-01-01T00:00", 0, 0]],
    "time": [1, [1, 0], ["12:00"]],
    "timedelta": [[1, 2], [1.5, 0, 0], [1e300, 0, 0], "123", [10**12, 0, 0]],
    "samples.Colour": ["GREEN", []],
    "samples.Rights": ["RED", 64, [1]],
    "samples.Filter": [[], "words"],
    "os.system": ["true"],
    "": [""],
}


@both
@pytest.mark.parametrize("name", NOT_WRITTEN)
def test_each_type_takes_only_what_it_has_written(codec: Codec, name: str) -> None:
    for data in NOT_WRITTEN[name]:
        with pytest.raises(DecodeError, match=r"^not a (message|stashed value): "):
            read(codec, named(codec, name, data))


@both
@pytest.mark.parametrize("name", [["date"], None, 1, {"$": "date", "v": 1}], ids=repr)
def test_names_that_are_none(codec: Codec, name: Any) -> None:
    with pytest.raises(DecodeError):
        read(codec, named(codec, name, "2026-01-31"))


@both
@pytest.mark.parametrize(
    "data", ["", "{", "NaN", "-Infinity", "\x80", "[" * 100_000, "[,]"], ids=lambda data: data[:9]
)
def test_what_is_no_json(codec: Codec, data: str) -> None:
    with pytest.raises(DecodeError):
        read(codec, data)


TAGGED = [
    (
        messages.CODEC,
        [b'{"~":1}', b'{"~":[]}', b'{"~":["set"]}', b'{"~":["set",[],[]]}', b'{"~":["set",[]],"a":1}'],
    ),
    (
        stash.CODEC,
        ['{"$":"set"}', '{"$":"set","w":[]}', '{"$":"set","v":[],"w":1}', '{"$":["set",[]],"v":[]}'],
    ),
]


@pytest.mark.parametrize(("codec", "written"), TAGGED, ids=["messages", "stash"])
def test_what_names_a_type_and_is_more_or_less(codec: Codec, written: list[Any]) -> None:
    for data in written:
        with pytest.raises(DecodeError):
            codec.decode(data)


@both
def test_a_type_that_is_not_known_is_named(codec: Codec) -> None:
    with pytest.raises(DecodeError, match=r"this process knows no type 'os\.system'"):
        read(codec, named(codec, "os.system", "true"))

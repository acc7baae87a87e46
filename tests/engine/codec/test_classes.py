"""The app's classes: their names, their fields, and whatever they raise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from engine.codec.samples import (
    Filter,
    both,
    named,
    new,
    read,
)

from quart_live import LiveViewError
from quart_live.codec import DecodeError, EncodeError, NameTakenError, NotRegistrableError, TypeCodec
from quart_live.stash import NotStashableError

Codec = TypeCodec[Any]


class Unknown:
    pass


class Unsayable(Exception):  # noqa: N818
    def __str__(self) -> str:
        raise RuntimeError("cannot even say it")


FAILURES = [RuntimeError("no"), ValueError("no"), TypeError("no"), StopIteration(), SystemExit(1),
            KeyboardInterrupt(), GeneratorExit(), RecursionError(), MemoryError(), Unsayable()]  # fmt: skip


@both
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
@pytest.mark.parametrize("at", ["dump", "load"])
async def test_whatever_they_raise(codec: Codec, failure: BaseException, at: str) -> None:
    """It costs one value, not the link to the other processes, nor the view."""

    def fails(value: object) -> Any:
        raise failure

    def works(value: object) -> Any:
        return None

    codec = new(codec)
    codec.register(
        Unknown, "tests.Failing", fails if at == "dump" else works, fails if at == "load" else works
    )
    if at == "dump":
        with pytest.raises(EncodeError, match="cannot be written"):
            codec.encode([Unknown()])
    else:
        data = codec.encode([Unknown()])
        with pytest.raises(DecodeError, match=r"^not a "):
            codec.decode(data)


@both
def test_a_dataclass_that_has_lost_a_field(codec: Codec) -> None:
    @dataclass
    class Worn:
        a: int

    codec.registered("tests.Worn")(Worn)
    worn = Worn(1)
    del worn.a
    with pytest.raises(EncodeError, match="cannot be written: AttributeError"):
        codec.encode({"it": worn})


@both
def test_fields_may_come_and_go(codec: Codec) -> None:
    @dataclass
    class Older:
        a: int
        gone: int = 0

    @dataclass
    class Newer:
        a: int
        b: int = 2
        made: list[int] = field(default_factory=list, init=False)

    before, after = new(codec), new(codec)
    before.registered("tests.Changing")(Older)
    after.registered("tests.Changing")(Newer)
    assert after.decode(before.encode(Older(1, 9))) == Newer(1, 2)
    assert before.decode(after.encode(Newer(1, 3))) == Older(1)
    assert read(after, named(after, "tests.Changing", {"a": 1, "made": [9]})).made == []
    with pytest.raises(DecodeError):
        read(after, named(after, "tests.Changing", {"b": 1}))


@both
def test_a_class_may_have_an_older_name(codec: Codec) -> None:
    before, after = new(codec), new(codec)
    before.registered("older")(Filter)
    for _ in range(2):  # its module may be reloaded
        after.registered("newer")(after.registered("older")(Filter))
    assert after.decode(before.encode(Filter())) == after.decode(after.encode(Filter())) == Filter()
    with pytest.raises(DecodeError, match="'newer'"):
        before.decode(after.encode(Filter()))


def make(module: str, qualname: str = "Thing") -> Any:
    """A class as it would be made in a module."""
    return dataclass(
        type("Thing", (), {"__module__": module, "__qualname__": qualname, "__annotations__": {"a": int}})
    )


@both
def test_a_name_means_one_class(codec: Codec) -> None:
    codec = new(codec)
    first = make("one")
    codec.registered("thing")(first)
    codec.registered("other name")(first)
    for other in (make("two"), make("one", "Other")):
        for name in ("thing", "other name", "set"):
            with pytest.raises(NameTakenError, match=f"already a type named {name!r}"):
                codec.registered(name)(other)
            with pytest.raises(NameTakenError):
                codec.register(other, name, lambda value: 1, lambda data: None)
    assert codec.decode(codec.encode(first(1))) == first(1)
    codec.register(make("two"), "thing", lambda value: 1, lambda data: None, replace=True)


@both
def test_a_class_whose_module_was_reloaded(codec: Codec) -> None:
    """A view may still hold an object that was made before."""
    codec = new(codec)
    before, after = make("one"), make("one")
    codec.registered(before)
    data = codec.encode(before(1))
    codec.registered(after)
    assert codec.encode(before(1)) == codec.encode(after(1)) == data
    assert type(codec.decode(data)) is after


@both
def test_other_classes_say_themselves_how(codec: Codec) -> None:
    with pytest.raises(NotRegistrableError, match=r"no dataclass and no enum; register it by \w"):
        codec.registered(Unknown)


def test_the_errors_are_what_the_decorators_say() -> None:
    assert issubclass(NameTakenError, LiveViewError)
    assert issubclass(NameTakenError, ValueError)
    assert issubclass(NotRegistrableError, LiveViewError)
    assert issubclass(NotRegistrableError, TypeError)
    assert issubclass(NotStashableError, LiveViewError)
    assert issubclass(DecodeError, ValueError)
    assert issubclass(EncodeError, TypeError)

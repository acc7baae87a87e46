"""The kinds of values: the types that every codec knows, dataclasses and enums.

Data that was read is not trusted: each kind reads only what it can have written itself. So
``{"~": ["set", "abc"]}`` is no set of three letters, and text that is not in base64 is no bytes.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import operator
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, Flag
from typing import Any, Literal, TypeVar
from uuid import UUID

from .errors import DecodeError
from .format import Kind

M = TypeVar("M", datetime, time)


def built_in(folds: Literal["always", "second"]) -> Iterator[Kind]:
    """Yield the kinds of the types that every codec knows.

    Args:
        folds: the moments that are written with their fold; see `Format`.
    """
    for cls, load in (int, int), (float, float), (complex, complex), (Decimal, Decimal), (UUID, UUID):
        yield Kind(cls.__name__.lower(), cls, str, _of_text(load))
    yield Kind("dict", dict, _pairs, _dict)
    yield Kind("tuple", tuple, list, lambda data: tuple(_list(data)))
    yield Kind("set", set, list, lambda data: set(_list(data)), unordered=True)
    yield Kind("frozenset", frozenset, list, lambda data: frozenset(_list(data)), unordered=True)
    yield Kind("bytes", bytes, lambda value: base64.b64encode(value).decode(), _of_text(_from_base64))
    yield Kind("date", date, date.isoformat, _of_text(date.fromisoformat))
    yield _moment("datetime", datetime, folds)
    yield _moment("time", time, folds)
    yield Kind("timedelta", timedelta, lambda it: [it.days, it.seconds, it.microseconds], _timedelta)


def dataclass_kind(cls: type, name: str) -> Kind:
    """Return the kind of a dataclass, which is written as the fields that its constructor takes.

    Fields that the reader does not know are left out, and missing fields take their default, so that two
    releases understand each other.
    """
    names = [field.name for field in dataclasses.fields(cls) if field.init]

    def dump(value: object) -> dict[str, Any]:
        return {each: getattr(value, each) for each in names}

    def load(data: Any) -> object:
        if type(data) is not dict:
            raise DecodeError(f"{name!r} has no fields")
        return cls(**{each: data[each] for each in names if each in data})

    return Kind(name, cls, dump, load)


def enum_kind(cls: type[Enum], name: str, by: Literal["name", "value"]) -> Kind:
    """Return the kind of an enum, which is written as the name or the value of its member."""
    if by == "value":
        return Kind(name, cls, lambda member: member.value, cls)
    if issubclass(cls, Flag):
        return Kind(name, cls, functools.partial(_name_of_flags, cls), functools.partial(_flags, cls))
    return Kind(name, cls, lambda member: member.name, lambda data: cls[data])


def _name_of_flags(cls: type[Flag], flags: Flag) -> str | int:
    """Return ``"READ|WRITE"``, or the number for no flag at all and for bits that have no name."""
    name = flags.name
    return (
        name if name is not None and all(part in cls.__members__ for part in name.split("|")) else flags.value
    )


def _flags(cls: type[Flag], data: Any) -> Flag:
    if type(data) is int:
        return cls(data)
    parts = data.split("|") if data is not None else []  # older releases wrote null for no flag at all
    return functools.reduce(operator.or_, (cls[part] for part in parts), cls(0))


def _of_text(load: Callable[[str], Any]) -> Callable[[Any], Any]:
    def checked(data: Any) -> Any:
        if type(data) is not str:
            raise DecodeError(f"a {type(data).__name__} where text was expected")
        return load(data)

    return checked


def _list(data: Any) -> list[Any]:
    if type(data) is not list:
        raise DecodeError(f"a {type(data).__name__} where a list was expected")
    return data


def _pairs(value: dict[Any, Any]) -> list[list[Any]]:
    return [[key, each] for key, each in value.items()]


def _dict(data: Any) -> dict[Any, Any]:
    return dict(map(_list, _list(data)))


def _from_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _timedelta(data: Any) -> timedelta:
    days, seconds, microseconds = map(operator.index, _list(data))
    return timedelta(days, seconds, microseconds)


def _moment(name: str, cls: type[M], folds: Literal["always", "second"]) -> Kind:
    """Return the kind of a class of moments: ISO text, or a list of it and the fold."""

    def dump(value: M) -> str | list[Any]:
        return [value.isoformat(), value.fold] if value.fold or folds == "always" else value.isoformat()

    def load(data: Any) -> M:
        text, fold = data if type(data) is list else (data, 0)
        return cls.fromisoformat(text).replace(fold=fold)

    return Kind(name, cls, dump, load)

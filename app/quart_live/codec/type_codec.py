"""`TypeCodec`: a codec for values of registered types."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from enum import Enum
from typing import Any, Generic, TypeVar, overload

from .errors import DecodeError, EncodeError, NameTakenError, NotRegistrableError
from .format import Data, Format, Kind, Words
from .kinds import built_in, dataclass_kind, enum_kind

T = TypeVar("T")


class TypeCodec(Generic[Data]):
    """A codec that knows the built-in and the registered types, and no others.

    Args:
        format: the format of its data.
        words: the words of its errors.
    """

    def __init__(self, format: Format[Data], words: Words) -> None:
        self._format = format
        self._words = words
        self._tag, self._member = format.tag, format.member
        self._integers = format.integers
        self._depth = format.depth
        self._by_class: dict[type, Kind] = {}
        self._by_name: dict[str, Kind] = {}
        for kind in built_in(format.folds):
            self._add(kind)

    def register(
        self,
        cls: type[T],
        name: str,
        dump: Callable[[T], object],
        load: Callable[[Any], T],
        *,
        replace: bool = False,
    ) -> None:
        """Register a class.

        Args:
            cls: the class; subclasses have to be registered themselves.
            name: the name of the class in the data, the same in all processes and releases. A class may have
                several: all are read, the last one is written.
            dump: a function that turns a value into one of types that are known already.
            load: the reverse function. It gets data that was read, and must not trust it.
            replace: whether to replace another type of that name.

        Raises:
            NameTakenError: if another class has this name, unless ``replace``.
        """
        self._add(Kind(name, cls, dump, load), replace=replace)

    @overload
    def registered(self, given: type[T], /) -> type[T]: ...
    @overload
    def registered(self, given: str, /) -> Callable[[type[T]], type[T]]: ...
    def registered(self, given: type[T] | str, /) -> type[T] | Callable[[type[T]], type[T]]:
        """Register a dataclass or an enum. A decorator.

        Args:
            given: the class, or the name of the class in the data: ``@CODEC.registered("posted")``.

        Raises:
            NotRegistrableError: for any other class; see `register`.
            NameTakenError: if another class has this name.
        """
        if isinstance(given, str):
            name = given
            return lambda cls: self._registered(cls, name)
        return self._registered(given, f"{given.__module__}{self._format.separator}{given.__qualname__}")

    def encode(self, value: object) -> Data:
        """Return the data of a value.

        Raises:
            EncodeError: if the value holds something that cannot be written; of the class in `Words.refusal`.
        """
        try:
            return self._format.write(self._plain(value, 0))
        except self._words.refusal:
            raise
        except BaseException as error:  # a registered class may raise anything when it is written
            raise self._words.refusal(f"{self._words.subject}cannot be written: {_text_of(error)}") from error

    def decode(self, data: Data) -> Any:
        """Return the value of some data.

        Raises:
            DecodeError: if the data is malformed, or has a type that this process does not know.
        """
        try:
            return self._value(self._format.read(data))
        except DecodeError as error:
            raise DecodeError(f"not {self._words.what}: {error}") from error
        except BaseException as error:  # a registered class may raise anything when it is made
            raise DecodeError(f"not {self._words.what}: {_text_of(error)}") from error

    # -- values and JSON -----------------------------------------------------------------------------------

    def _plain(self, value: Any, depth: int) -> Any:
        """Return the JSON value of a value.

        Raises:
            EncodeError: if it cannot be written.
        """
        cls = type(value)
        if cls is str or value is None or cls is bool:
            return value
        if cls is int and (self._integers is None or value in self._integers):
            return value
        if cls is float and math.isfinite(value):
            return value
        if depth >= self._depth:
            raise self._too_deep()
        if cls is list:
            depth += 1
            return [self._plain(each, depth) for each in value]
        if cls is dict and self._tag not in value and all(type(key) is str for key in value):
            depth += 1
            return {key: self._plain(each, depth) for key, each in value.items()}
        kind = self._by_class.get(cls)
        if kind is None:
            name = f"{cls.__module__}.{cls.__qualname__}"
            raise self._words.refusal(f"{self._words.subject}holds a {name}, {self._words.advice}")
        depth += 1 if self._member is not None else 2
        if depth > self._depth:
            raise self._too_deep()
        inner = self._plain(kind.dump(value), depth)
        if kind.unordered:
            inner.sort(key=_sort_key)
        if self._member is not None:
            return {self._tag: kind.name, self._member: inner}
        return {self._tag: [kind.name, inner]}

    def _too_deep(self) -> EncodeError:
        return self._words.refusal(f"{self._words.subject}is nested too deeply, or contains itself")

    def _value(self, data: Any) -> Any:
        """Return the value of a JSON value. Levels are not counted: a `RecursionError` is refused like all.

        Raises:
            DecodeError: if the type is unknown, or the object has other members.
        """
        cls = type(data)
        if cls is list:
            return [self._value(each) for each in data]
        if cls is not dict:
            return data
        if self._tag not in data:
            return {key: self._value(each) for key, each in data.items()}
        if self._member is not None:
            name, inner = data[self._tag], data[self._member]
        else:
            name, inner = data[self._tag]
        kind = self._by_name.get(name)
        if kind is None:
            raise DecodeError(f"this process knows no type {name!r}")
        if len(data) != (1 if self._member is None else 2):
            raise DecodeError("an object that names a type has other members")
        return kind.load(self._value(inner))

    # -- types ---------------------------------------------------------------------------------------------

    def _registered(self, cls: type[T], name: str) -> type[T]:
        if issubclass(cls, Enum):
            self._add(enum_kind(cls, name, self._format.enums))
        elif dataclasses.is_dataclass(cls):
            self._add(dataclass_kind(cls, name))
        else:
            raise NotRegistrableError(
                f"{cls.__qualname__} is no dataclass and no enum; register it by {self._words.by_hand}"
            )
        return cls

    def _add(self, kind: Kind, *, replace: bool = False) -> None:
        known = self._by_name.get(kind.name)
        if known is not None and not replace and _identity(known.cls) != _identity(kind.cls):
            raise NameTakenError(
                f"there is already a type named {kind.name!r}, {'.'.join(_identity(known.cls))}; "
                f"give {kind.cls.__qualname__} another name"
            )
        # The same class again: its module was reloaded. Values of the class before can still be written.
        self._by_class[kind.cls] = self._by_name[kind.name] = kind


def _identity(cls: type) -> tuple[str, str]:
    return cls.__module__, cls.__qualname__


def _sort_key(plain: Any) -> tuple[str, Any]:
    """Return the sort key of a JSON value in an unordered list; values of one type have their own order."""
    return type(plain).__name__, plain if isinstance(plain, str | int | float) else repr(plain)


def _text_of(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # the app's own class, whose __str__ fails
        return type(error).__name__

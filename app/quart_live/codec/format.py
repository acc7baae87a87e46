"""The differences between codecs: the format of the data, and the words of the errors.

A `Format` is never changed, only extended: there is data in it, and other releases read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from .errors import EncodeError

Data = TypeVar("Data")
"""The type of the data: text or bytes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The format of the values of one class.

    Attributes:
        name: the name of the class in the data.
        cls: the class; subclasses are other classes.
        dump: the function that turns a value into one of types that are known already.
        load: the reverse function. It gets data that was read, and must not trust it.
        unordered: whether the order of the list that ``dump`` returns means nothing. The list is sorted, so
            that equal sets give equal data.
    """

    name: str
    cls: type
    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]
    unordered: bool = False


@dataclass(frozen=True, slots=True)
class Format(Generic[Data]):
    """The format of a codec's data.

    Attributes:
        tag: the key of an object that names a type. A dict with such a key is written as pairs.
        member: the key of its other member, the plain data: ``{"$": "set", "v": []}``; ``None`` if there is
            only one member, with both: ``{"~": ["set", []]}``.
        write: the function that makes data of JSON values.
        read: the reverse function. May raise anything.
        integers: the integers that ``write`` can write; ``None`` for all.
        depth: the levels of objects and lists that ``write`` can write.
        separator: the text between module and class in the default name of a class.
        enums: whether a member is written as its name or its value.
        folds: the moments that are written with their fold, which tells two equal times apart when the clock
            was put back: all, or only the second of two.
    """

    tag: str
    member: str | None
    write: Callable[[Any], Data]
    read: Callable[[Data], Any]
    integers: range | None
    depth: int
    separator: str
    enums: Literal["name", "value"]
    folds: Literal["always", "second"]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a codec's errors.

    Attributes:
        subject: the beginning of the text of an `EncodeError`.
        advice: the end of the text, if the value holds an object of an unknown class.
        what: the name of the data that `decode` expects.
        by_hand: the function to register a class that is no dataclass and no enum.
        refusal: the class of the error that `encode` raises.
    """

    subject: str
    advice: str
    what: str
    by_hand: str
    refusal: type[EncodeError] = EncodeError

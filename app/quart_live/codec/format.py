"""What differs between two codecs: how values are written, and what errors say.

A `Format` is never changed, only extended: others have written it, and will read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from .errors import EncodeError

Data = TypeVar("Data")
"""What is written: text or bytes."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of one class are written.

    Attributes:
        name: identifies the class in the data.
        cls: exactly this class.
        dump: makes a value of types that are known already.
        load: makes the value again of what ``dump`` returned. It gets what was read, and must not trust it.
        unordered: whether the order of the list that ``dump`` returns means nothing. It is sorted, so that
            equal sets give equal data.
    """

    name: str
    cls: type
    dump: Callable[[Any], Any]
    load: Callable[[Any], Any]
    unordered: bool = False


@dataclass(frozen=True, slots=True)
class Format(Generic[Data]):
    """How values are written.

    Attributes:
        tag: key of an object that names a type. A dict with such a key is written as pairs.
        member: key of its other member, the plain data: ``{"$": "set", "v": []}``; ``None`` if there is only
            one member, with both: ``{"~": ["set", []]}``.
        write: makes data of JSON values.
        read: the reverse. May raise anything.
        integers: those that ``write`` can write; ``None``: all.
        depth: levels of objects and lists that ``write`` can write.
        separator: stands between module and class in the name of a class that was given none.
        enums: by what a member is known: its name or its value.
        folds: whether all moments say which of two equal ones they are when the clock was put back, or only
            the second one.
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
    """What errors say.

    Attributes:
        subject: begins the text of an `EncodeError`.
        advice: ends it, if the value holds something of a class that is not known.
        what: names what `decode` expects.
        by_hand: how to register what is no dataclass and no enum.
        refusal: the class that `encode` raises.
    """

    subject: str
    advice: str
    what: str
    by_hand: str
    refusal: type[EncodeError] = EncodeError

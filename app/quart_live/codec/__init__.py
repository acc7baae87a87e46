"""Values of the app as JSON and back: plain data and registered classes, never code.

    CODEC = TypeCodec(FORMAT, WORDS)

    @CODEC.registered
    @dataclass(frozen=True)
    class Filter:
        unread: bool = False
        since: date | None = None

    data = CODEC.encode({"filter": Filter(since=date(2026, 1, 31)), "at": (1, 2)})
    CODEC.decode(data)                                    # equal, and of the same types

There are two: for messages between processes (``pubsub/codec.py``) and for the stash of views
(``stash/codec.py``). They know the same types and follow the same rules. Their formats differ, as stored
values and processes of other releases use them already; each declares its own `Format`.

* Values of JSON's own types are written as they are. Everything else is an object that names its type, and so
  is a dict that could be taken for one.
* Built in are int, float, complex, dict, tuple, set, frozenset, bytes, datetime, date, time, timedelta,
  Decimal and UUID. Dataclasses and enums join by a decorator, other classes by `TypeCodec.register`. Only
  exactly these: a subclass is another class.
* No other class is ever made from data, and a registered one only by its constructor, from its own fields.
* `encode` raises an `EncodeError` and `decode` a `DecodeError`, and no other exception, whatever the value or
  the data, and whatever the app's classes raise.
* A moment in a zone comes back with its offset from UTC, not with the zone's name. A dataclass comes back
  with the fields that its constructor takes; the others are made anew.
"""

from .errors import DecodeError, EncodeError, NameTakenError, NotRegistrableError
from .format import Format, Kind, Words
from .type_codec import TypeCodec

__all__ = [
    "DecodeError",
    "EncodeError",
    "Format",
    "Kind",
    "NameTakenError",
    "NotRegistrableError",
    "TypeCodec",
    "Words",
]

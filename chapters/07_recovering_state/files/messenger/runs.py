"""Messages in runs: messages of one person within five minutes share a name and an avatar."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from .chat import Posted
from .times import day_of

LONGEST_PAUSE = timedelta(minutes=5)
# The entries of twenty pages. Many readers who join at once then cost little more than one.
MOST_KEPT = 1000


class Entry(NamedTuple):
    """A message and its position in the log, for one reader."""

    message: Posted
    mine: bool
    continues: bool
    opens_day: bool


def entry(message: Posted, previous: Posted | None, reader_id: int, zone: tzinfo | None = None) -> Entry:
    """Place a message after the one before it. Days begin at midnight in the reader's zone."""
    return placed(message, previous, message.user_id == reader_id, zone)


@lru_cache(MOST_KEPT)
def placed(message: Posted, previous: Posted | None, mine: bool, zone: tzinfo | None) -> Entry:
    """Place a message. The result is cached for its author, and for all other readers of a zone."""
    opens_day = previous is None or day_of(message.created_at, zone) != day_of(previous.created_at, zone)
    continues = (
        not opens_day
        and previous is not None
        and message.user_id == previous.user_id
        and abs(message.created_at - previous.created_at) < LONGEST_PAUSE
    )
    return Entry(message, mine=mine, continues=continues, opens_day=opens_day)


def entries(messages: Iterable[Posted], reader_id: int, zone: tzinfo | None = None) -> list[Entry]:
    """Place all messages, oldest first."""
    found: list[Entry] = []
    for message in messages:
        found.append(entry(message, found[-1].message if found else None, reader_id, zone))
    return found

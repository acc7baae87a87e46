"""Messages in runs: what one person writes within five minutes shares a name and an avatar."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo
from typing import NamedTuple

from .chat import Posted
from .times import day_of

LONGEST_PAUSE = timedelta(minutes=5)


class Entry(NamedTuple):
    """A message and how it stands in the log, for one reader."""

    message: Posted
    mine: bool
    continues: bool
    opens_day: bool


def entry(message: Posted, previous: Posted | None, reader_id: int, zone: tzinfo | None = None) -> Entry:
    """Place a message after the one before it. A day begins when it begins in the reader's zone."""
    opens_day = previous is None or day_of(message.created_at, zone) != day_of(previous.created_at, zone)
    continues = (
        not opens_day
        and previous is not None
        and message.user_id == previous.user_id
        and abs(message.created_at - previous.created_at) < LONGEST_PAUSE
    )
    return Entry(message, mine=message.user_id == reader_id, continues=continues, opens_day=opens_day)


def entries(messages: Iterable[Posted], reader_id: int, zone: tzinfo | None = None) -> list[Entry]:
    """Place all messages, oldest first."""
    placed: list[Entry] = []
    for message in messages:
        placed.append(entry(message, placed[-1].message if placed else None, reader_id, zone))
    return placed

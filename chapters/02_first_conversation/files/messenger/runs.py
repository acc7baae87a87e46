"""Messages in runs: messages of one person within five minutes share a name and an avatar."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from .chat import Posted
from .times import day_of

LONGEST_PAUSE = timedelta(minutes=5)


class Entry(NamedTuple):
    """A message and its position in the log, for one reader."""

    message: Posted
    mine: bool
    continues: bool
    opens_day: bool


def entry(message: Posted, previous: Posted | None, reader_id: int) -> Entry:
    """Place a message after the one before it."""
    opens_day = previous is None or day_of(message.created_at) != day_of(previous.created_at)
    continues = (
        not opens_day
        and previous is not None
        and message.user_id == previous.user_id
        and abs(message.created_at - previous.created_at) < LONGEST_PAUSE
    )
    return Entry(message, mine=message.user_id == reader_id, continues=continues, opens_day=opens_day)


def entries(messages: Iterable[Posted], reader_id: int) -> list[Entry]:
    """Place all messages, oldest first."""
    placed: list[Entry] = []
    for message in messages:
        placed.append(entry(message, placed[-1].message if placed else None, reader_id))
    return placed

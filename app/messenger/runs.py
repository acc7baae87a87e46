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
    """A message and its position in the log, for one reader.

    Attributes:
        message: the message.
        mine: whether the reader wrote it.
        continues: whether it continues the run of the message before it.
        opens_day: whether it is the first of its day.
        incoming: whether it is from somebody else, and new to the reader.
        opens_unread: whether it is the first that the reader has not read.
    """

    message: Posted
    mine: bool
    continues: bool
    opens_day: bool
    incoming: bool
    opens_unread: bool = False


def entry(message: Posted, previous: Posted | None, reader_id: int, zone: tzinfo | None = None) -> Entry:
    """Place a new message after the one before it. Days begin at midnight in the reader's zone."""
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
    return Entry(message, mine=mine, continues=continues, opens_day=opens_day, incoming=not mine)


def entries(
    messages: Iterable[Posted],
    reader_id: int,
    zone: tzinfo | None = None,
    *,
    read_up_to: int,
    line_at: int | None = None,
) -> list[Entry]:
    """Place all messages, oldest first.

    Args:
        messages: the messages.
        reader_id: the user id of the reader.
        zone: the time zone of the reader.
        read_up_to: the id of the last message that the reader has read.
        line_at: the id of the message with the unread line, 0 for none; by default the first unread one.
    """
    found: list[Entry] = []
    opened = False
    for message in messages:
        one = entry(message, found[-1].message if found else None, reader_id, zone)
        if message.id <= read_up_to:
            one = one._replace(incoming=False)
        if message.id == line_at if line_at is not None else one.incoming and not opened:
            one, opened = one._replace(opens_unread=True, continues=False), True
        found.append(one)
    return found

"""Messages in runs: what one person writes within five minutes shares a name and an avatar."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from .chat import Message
from .times import day_of

LONGEST_PAUSE = timedelta(minutes=5)


class Entry(NamedTuple):
    """A message and how it stands in the log, for one reader.

    Attributes:
        message: which one.
        mine: whether the reader wrote it.
        continues: whether it goes on where the one before it ended.
        opens_day: whether it is the first of its day.
        incoming: whether it is from somebody else, and new to the reader.
        opens_unread: whether it is the first that the reader has not read.
    """

    message: Message
    mine: bool
    continues: bool
    opens_day: bool
    incoming: bool
    opens_unread: bool = False


def entry(message: Message, previous: Message | None, reader_id: int) -> Entry:
    """Place a message that has come, after the one before it."""
    mine = message.user_id == reader_id
    opens_day = previous is None or day_of(message.created_at) != day_of(previous.created_at)
    continues = (
        not opens_day
        and previous is not None
        and message.user_id == previous.user_id
        and message.created_at - previous.created_at < LONGEST_PAUSE
    )
    return Entry(message, mine=mine, continues=continues, opens_day=opens_day, incoming=not mine)


def entries(messages: Iterable[Message], reader_id: int, read_up_to: int) -> list[Entry]:
    """Place all messages, oldest first. The reader has read up to this id."""
    placed: list[Entry] = []
    opened = False
    for message in messages:
        one = entry(message, placed[-1].message if placed else None, reader_id)
        if message.id <= read_up_to:
            one = one._replace(incoming=False)
        elif one.incoming and not opened:
            one, opened = one._replace(opens_unread=True, continues=False), True
        placed.append(one)
    return placed

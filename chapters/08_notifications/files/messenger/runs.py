"""Messages in runs: what one person writes within five minutes shares a name and an avatar."""

from collections.abc import Iterable
from datetime import timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from .chat import Posted
from .times import day_of

LONGEST_PAUSE = timedelta(minutes=5)
# Twenty pages full, so that many who come at once cost little more than one.
MOST_KEPT = 1000


class Entry(NamedTuple):
    """A message and how it stands in the log, for one reader.

    Attributes:
        message: which one.
        mine: whether the reader wrote it.
        continues: whether it goes on where the one before it ended.
        opens_day: whether it is the first of its day.
        incoming: whether it is from somebody else, and new to the reader.
        opens_unread: whether the reader goes on from here.
    """

    message: Posted
    mine: bool
    continues: bool
    opens_day: bool
    incoming: bool
    opens_unread: bool = False


def entry(message: Posted, previous: Posted | None, reader_id: int, zone: tzinfo | None = None) -> Entry:
    """Place a message that has come, after the one before it. A day begins in the reader's zone."""
    return placed(message, previous, message.user_id == reader_id, zone)


@lru_cache(MOST_KEPT)
def placed(message: Posted, previous: Posted | None, mine: bool, zone: tzinfo | None) -> Entry:
    """The same. It is made once for all in this zone who have written the message, or have not."""
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
        messages: which ones.
        reader_id: for whom.
        zone: where a day begins when it does there.
        read_up_to: the last id that the reader has read.
        line_at: the message to go on from, 0 for none; without it, the first that is not read.
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

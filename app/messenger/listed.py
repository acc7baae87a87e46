"""A conversation in the list of a user: small, frozen, and made once for all users with an equal item."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from . import chat
from .accounts import User
from .text import shortened

# A little more than the number of messages and items that are sent at a time.
MOST_KEPT = 1000


class Line(NamedTuple):
    """The last message of a conversation, as a list shows it."""

    id: int
    author_id: int
    author: str
    content: str
    created_at: datetime


class Listed(NamedTuple):
    """A conversation in the list of a user.

    It does not say whose list it is. So it is equal for all users who have read everything, and its HTML is
    made once for all of them.

    Attributes:
        id, mark, title, created_at: of the conversation.
        closed: whether the conversation is closed.
        here: whether the page shows this conversation.
        face: the first other member, or the user if there is none.
        second_face: one more other member.
        line: the last message, if there is one.
        unread: the number of unread messages.
        is_new: whether somebody else has begun it, and it was never opened.
        incoming: whether the last message is one of the unread.
    """

    id: int
    mark: str
    title: str
    created_at: datetime
    closed: bool
    here: bool
    face: chat.Author
    second_face: chat.Author | None
    line: Line | None
    unread: int = 0
    is_new: bool = False
    incoming: bool = False

    @property
    def last_id(self) -> int:
        """The id of the last message, 0 if there is none."""
        return self.line.id if self.line else 0

    @property
    def moment(self) -> datetime:
        """The time of the last message, or of the beginning if there is none."""
        return self.line.created_at if self.line else self.created_at


def listed(summary: chat.Summary, me: User, here_id: int = 0) -> Listed:
    """Make an item of my list from a summary."""
    conversation, last, others = summary
    faces = others or [chat.Author(me.id, me.nickname)]
    return Listed(
        id=conversation.id,
        mark=conversation.mark,
        title=conversation.title,
        created_at=conversation.created_at,
        closed=conversation.closed_at is not None,
        here=conversation.id == here_id,
        face=faces[0],
        second_face=faces[1] if len(faces) > 1 else None,
        line=line_of(last) if last else None,
    )


@lru_cache(MOST_KEPT)
def line_of(message: chat.Posted) -> Line:
    """Make a line of a list from a message."""
    author = message.author
    return Line(message.id, author.id, author.nickname, shortened(message.content), message.created_at)


@lru_cache(MOST_KEPT)
def after(item: Listed, message: chat.Posted) -> Listed:
    """Return the item with a new last message. Equal items give the same object, which is made once."""
    return item._replace(line=line_of(message))


def counted(item: Listed, waiting: chat.Unread, me_id: int) -> Listed:
    """Return the item with the number of messages that I have not read."""
    incoming = waiting.messages > 0 and item.line is not None and item.line.author_id != me_id
    return item._replace(unread=waiting.messages, is_new=waiting.is_new, incoming=incoming)

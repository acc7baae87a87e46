"""A conversation as it stands in somebody's list: small, frozen, and made once for all who have the same."""

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from . import chat
from .accounts import User
from .text import shortened

# As many messages and items as are on their way at a time, and some more.
MOST_KEPT = 1000


class Line(NamedTuple):
    """The last message of a conversation, as far as a list shows it."""

    id: int
    author: str
    content: str
    created_at: datetime


class Listed(NamedTuple):
    """A conversation in somebody's list.

    It says nothing about whose list it is, so for many people it is equal, and its HTML is made once.

    Attributes:
        id, mark, title, created_at: of the conversation.
        closed: whether nobody can write in it.
        here: whether it is the one that the page is about.
        face: of somebody else who is in it, or one's own where nobody else is.
        second_face: of one more.
        line: the last message, if there is one.
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

    @property
    def last_id(self) -> int:
        """The id of the last message, 0 if there is none."""
        return self.line.id if self.line else 0

    @property
    def moment(self) -> datetime:
        """When something was last said, or when it began."""
        return self.line.created_at if self.line else self.created_at


def listed(summary: chat.Summary, me: User, here_id: int = 0) -> Listed:
    """What the database says of a conversation, as an item of my list."""
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
    """What a list shows of a message."""
    return Line(message.id, message.author.nickname, shortened(message.content), message.created_at)


@lru_cache(MOST_KEPT)
def after(item: Listed, message: chat.Posted) -> Listed:
    """The item after a message has come. Everybody whose item was the same gets the very same object."""
    return item._replace(line=line_of(message))

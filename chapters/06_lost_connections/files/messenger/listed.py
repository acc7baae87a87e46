"""A conversation as it stands in somebody's list: small, frozen, and made once for all who have the same."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from . import chat
from .accounts import User
from .text import shortened

# As many messages and items as are on their way at a time, and some more.
MOST_KEPT = 1000


class Face(NamedTuple):
    """A person, as an avatar shows them."""

    id: int
    nickname: str


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
        faces: some of the others who are in it.
        line: the last message, if there is one.
    """

    id: int
    mark: str
    title: str
    created_at: datetime
    closed: bool
    here: bool
    faces: tuple[Face, ...]
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
    return Listed(
        id=conversation.id,
        mark=conversation.mark,
        title=conversation.title,
        created_at=conversation.created_at,
        closed=conversation.closed_at is not None,
        here=conversation.id == here_id,
        faces=faces_of(others or [me]),
        line=line_of(last) if last else None,
    )


def faces_of(people: Iterable[User | chat.Author]) -> tuple[Face, ...]:
    """The faces of these people."""
    return tuple(Face(user.id, user.nickname) for user in people)


def line_of(message: chat.Posted) -> Line:
    """What a list shows of a message."""
    return Line(message.id, message.author.nickname, shortened(message.content), message.created_at)


@lru_cache(MOST_KEPT)
def after(item: Listed, message: chat.Posted) -> Listed:
    """The item after a message has come. Everybody whose item was the same gets the very same object."""
    return item._replace(line=line_of(message))

"""Messages as the pages get them: values, which never change, and need no session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from ..accounts import User
from .models import Message

# What a query asks for, in the order in which `posted` takes it. The author has to be joined.
COLUMNS = (
    Message.id,
    Message.conversation_id,
    Message.user_id,
    Message.content,
    Message.created_at,
    Message.key,
    User.nickname,
)


class Author(NamedTuple):
    """Who wrote a message."""

    id: int
    nickname: str


class Posted(NamedTuple):
    """A message that is stored."""

    id: int
    conversation_id: int
    user_id: int
    content: str
    created_at: datetime
    key: UUID | None
    author: Author


def posted(row: Sequence[Any]) -> Posted:
    """The message in a row of these columns."""
    *of_message, nickname = row
    return Posted._make([*of_message, Author(row[2], nickname)])


def just_posted(message: Message, nickname: str) -> Posted:
    """The message of a record that is new, by an author of this nickname."""
    row = [getattr(message, column.key) for column in COLUMNS[:-1]]
    return posted([*row, nickname])

"""Messages as the pages get them: values, which never change, and need no session."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ..accounts import User
from .models import Message

# The columns of a query, in the order in which `posted` takes them. The author has to be joined.
COLUMNS = (
    Message.id,
    Message.conversation_id,
    Message.user_id,
    Message.content,
    Message.created_at,
    User.nickname,
)


class Author(NamedTuple):
    """The author of a message."""

    id: int
    nickname: str


class Posted(NamedTuple):
    """A stored message."""

    id: int
    conversation_id: int
    user_id: int
    content: str
    created_at: datetime
    author: Author


def posted(row: Sequence[Any]) -> Posted:
    """Make a message from a row of these columns."""
    *of_message, nickname = row
    return Posted._make([*of_message, Author(row[2], nickname)])


def just_posted(message: Message, nickname: str) -> Posted:
    """Make a message from its new record and the nickname of its author."""
    row = [getattr(message, column.key) for column in COLUMNS[:-1]]
    return posted([*row, nickname])

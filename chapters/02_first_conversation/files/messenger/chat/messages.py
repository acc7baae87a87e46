"""Writing and reading messages."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ..accounts import User
from ..db import db
from .models import Message, SeenMessage
from .posted import COLUMNS, Posted, just_posted, posted

# A page shows only the newest messages: it costs the same in a conversation of ten and of ten thousand.
WINDOW = 50

# A query is built once, when the module is loaded. Building it takes longer than running it.
NEWEST = (
    select(*COLUMNS)
    .join(Message.author)
    .where(Message.conversation_id == bindparam("here"))
    .order_by(Message.id.desc())
    .limit(bindparam("limit"))
)


@db.writes
def send_message(session: Session, conversation_id: int, user_id: int, content: str) -> Posted:
    """Store a message and return it with its author.

    Raises:
        Invalid: the message is blank or too long.
    """
    message = Message(conversation_id=conversation_id, user_id=user_id, content=content.strip())
    session.add(message)
    session.flush()
    author = session.get_one(User, user_id)
    return just_posted(message, author.nickname)


@db.reads
def recent_messages(session: Session, conversation_id: int, limit: int = WINDOW) -> Sequence[Posted]:
    """Return the newest messages with their authors, the oldest of them first."""
    found = session.execute(NEWEST, {"here": conversation_id, "limit": limit}).all()
    return [posted(row) for row in found[::-1]]


@db.writes
def mark_seen(session: Session, message_id: int, user_id: int) -> SeenMessage:
    """Record that a user has seen a message, and when.

    Raises:
        Invalid: it is recorded already.
    """
    seen = SeenMessage(message_id=message_id, user_id=user_id)
    session.add(seen)
    return seen

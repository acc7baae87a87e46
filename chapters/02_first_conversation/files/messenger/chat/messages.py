"""Writing and reading messages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..accounts import User
from ..db import db
from .models import Message, SeenMessage
from .posted import COLUMNS, Posted, just_posted, posted

# A page shows the newest messages only: it costs the same in a conversation of ten and of ten thousand.
WINDOW = 50


@db.writes
def send_message(session: Session, conversation_id: int, user_id: int, content: str) -> Posted:
    """Store a message and return it with its author. Raises Invalid when there is nothing in it."""
    message = Message(conversation_id=conversation_id, user_id=user_id, content=content.strip())
    session.add(message)
    session.flush()
    author = session.get_one(User, user_id)
    return just_posted(message, author.nickname)


@db.reads
def recent_messages(session: Session, conversation_id: int, limit: int = WINDOW) -> Sequence[Posted]:
    """The newest messages with their authors, oldest of them first."""
    newest = (
        select(*COLUMNS)
        .join(Message.author)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.id.desc())
        .limit(limit)
    )
    return [posted(row) for row in session.execute(newest).all()[::-1]]


@db.writes
def mark_seen(session: Session, message_id: int, user_id: int) -> SeenMessage:
    """Remember that a user has seen a message, and when. Raises Invalid the second time."""
    seen = SeenMessage(message_id=message_id, user_id=user_id)
    session.add(seen)
    return seen

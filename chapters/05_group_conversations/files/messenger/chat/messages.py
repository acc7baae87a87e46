"""Writing and reading messages."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ..db import db
from ..errors import Invalid
from .members import require_member
from .models import Conversation, Message, SeenMessage
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
LOCKED = (
    select(Conversation.closed_at).where(Conversation.id == bindparam("here")).with_for_update(key_share=True)
)


@db.writes
def send_message(session: Session, conversation_id: int, user_id: int, content: str) -> Posted:
    """Store a message and return it with its author.

    Raises:
        Invalid: the message is blank or too long, or the conversation is closed.
        NotAMember: the user is not a member of the conversation.
    """
    nickname = require_open(session, conversation_id, user_id)
    message = Message(conversation_id=conversation_id, user_id=user_id, content=content.strip())
    session.add(message)
    session.flush()
    return just_posted(message, nickname)


def require_open(session: Session, conversation_id: int, user_id: int) -> str:
    """Lock the conversation until the end of the transaction, and return the nickname of a member.

    Nobody else can write in it, close it or remove a member until then. SQLite ensures this for every
    transaction, PostgreSQL by the lock. So the ids of the messages have the order in which they are stored.

    Raises:
        Invalid: the conversation is closed.
        NotAMember: the user is not a member.
    """
    closed_at = session.scalar(LOCKED, {"here": conversation_id})
    nickname = require_member(session, conversation_id, user_id)
    if closed_at is not None:
        raise Invalid({"content": ["This conversation is closed. Nobody can write in it."]})
    return nickname


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

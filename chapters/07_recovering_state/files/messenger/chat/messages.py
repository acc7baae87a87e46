"""Writing and reading messages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from ..db import db
from ..errors import Invalid
from ..sharing import shared
from .drafts import forget_draft
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
SENT = (
    select(*COLUMNS)
    .join(Message.author)
    .where(Message.conversation_id == bindparam("here"), Message.user_id == bindparam("user"))
    .where(Message.key == bindparam("key"))
)


@db.writes
def send_message(
    session: Session, conversation_id: int, user_id: int, content: str, key: UUID | None = None
) -> Posted:
    """Store a message and return it with its author. A known key returns the message stored before.

    Args:
        conversation_id: the id of the conversation.
        user_id: the id of the author.
        content: the text of the message.
        key: the browser's key for this message. A sender without an answer can send it again with that key.

    Raises:
        Invalid: the message is blank or too long, or the conversation is closed.
        NotAMember: the user is not a member of the conversation.
    """
    closed = lock(session, conversation_id)
    nickname = require_member(session, conversation_id, user_id)
    # The draft is not needed any more.
    forget_draft.within(session, conversation_id, user_id, content)
    if key is not None and (sent := sent_with(session, conversation_id, user_id, key)):
        # Also after it was closed: the message was stored, and its sender has to get that answer.
        return sent
    refuse_if(closed)
    message = Message(conversation_id=conversation_id, user_id=user_id, content=content.strip(), key=key)
    session.add(message)
    session.flush()
    return just_posted(message, nickname)


def sent_with(session: Session, conversation_id: int, user_id: int, key: UUID) -> Posted | None:
    """Return the message that this user has sent with this key, or None."""
    row = session.execute(SENT, {"here": conversation_id, "user": user_id, "key": key}).first()
    return posted(row) if row is not None else None


def require_open(session: Session, conversation_id: int, user_id: int) -> None:
    """Lock the conversation, and check that this user may write in it.

    Raises:
        Invalid: the conversation is closed.
        NotAMember: the user is not a member.
    """
    closed = lock(session, conversation_id)
    require_member(session, conversation_id, user_id)
    refuse_if(closed)


def lock(session: Session, conversation_id: int) -> bool:
    """Lock the conversation until the end of the transaction. Returns whether it is closed.

    Nobody else can write in it, close it or remove a member until then. SQLite ensures this for every
    transaction, PostgreSQL by the lock. So the ids of the messages have the order in which they are stored.
    """
    return session.scalar(LOCKED, {"here": conversation_id}) is not None


def refuse_if(closed: bool) -> None:
    """Check that the conversation is open.

    Raises:
        Invalid: it is closed.
    """
    if closed:
        raise Invalid({"content": ["This conversation is closed. Nobody can write in it."]})


@shared
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

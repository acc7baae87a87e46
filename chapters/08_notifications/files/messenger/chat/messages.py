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
from .reading import move_mark

# A page shows the newest messages only: it costs the same in a conversation of ten and of ten thousand.
WINDOW = 50

# A query is built once, when the module is loaded. To build it takes longer than to ask it.
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
    """Store a message and return it with its author. One that is stored already is returned as it is.

    Raises Invalid when there is nothing in it or the conversation is closed, NotAMember when the user takes
    no part in it.

    Args:
        conversation_id: where.
        user_id: who writes.
        content: what.
        key: the sender's own mark for this message. Who hears no answer may send it again with the same key.
    """
    closed = lock(session, conversation_id)
    nickname = require_member(session, conversation_id, user_id)
    # What was kept while it was written has served its purpose.
    forget_draft.within(session, conversation_id, user_id, content)
    if key is not None and (sent := sent_with(session, conversation_id, user_id, key)):
        # Also when it has been closed since then: it was stored, and whoever asks shall hear so.
        return sent
    refuse_if(closed)
    message = Message(conversation_id=conversation_id, user_id=user_id, content=content.strip(), key=key)
    session.add(message)
    session.flush()
    # Who writes has read what is there.
    move_mark(session, conversation_id, user_id, message.id)
    return just_posted(message, nickname)


def sent_with(session: Session, conversation_id: int, user_id: int, key: UUID) -> Posted | None:
    """The message that this user has sent with this key, if there is one."""
    row = session.execute(SENT, {"here": conversation_id, "user": user_id, "key": key}).first()
    return posted(row) if row is not None else None


def require_open(session: Session, conversation_id: int, user_id: int) -> None:
    """Raises Invalid when the conversation is closed, NotAMember when this user takes no part in it."""
    closed = lock(session, conversation_id)
    require_member(session, conversation_id, user_id)
    refuse_if(closed)


def lock(session: Session, conversation_id: int) -> bool:
    """Have the conversation for this transaction alone, to its end. Returns whether it is closed.

    Nobody else writes in it then, closes it or removes a member. In SQLite this is so for each transaction;
    in PostgreSQL by the lock. So the ids of the messages come in the order in which they are stored.
    """
    return session.scalar(LOCKED, {"here": conversation_id}) is not None


def refuse_if(closed: bool) -> None:
    """Raises Invalid when the conversation is closed."""
    if closed:
        raise Invalid({"content": ["This conversation is closed. Nobody can write in it."]})


@shared
@db.reads
def recent_messages(session: Session, conversation_id: int, limit: int = WINDOW) -> Sequence[Posted]:
    """The newest messages with their authors, oldest of them first."""
    found = session.execute(NEWEST, {"here": conversation_id, "limit": limit}).all()
    return [posted(row) for row in found[::-1]]


@db.writes
def mark_seen(session: Session, message_id: int, user_id: int) -> SeenMessage:
    """Remember that a user has seen a message, and when. Raises Invalid the second time."""
    seen = SeenMessage(message_id=message_id, user_id=user_id)
    session.add(seen)
    return seen

"""Writing and reading messages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from ..db import db
from ..errors import Invalid
from .members import NotAMember, require_member
from .models import Conversation, Message, SeenMessage
from .reading import move_mark

# A page shows the newest messages only: it costs the same in a conversation of ten and of ten thousand.
WINDOW = 50


async def send_message(conversation_id: int, user_id: int, content: str, key: UUID | None = None) -> Message:
    """Store a message and return it with its author. One that is stored already is returned as it is.

    Raises Invalid when there is nothing in it or the conversation is closed, NotAMember when the user takes
    no part in it.

    Args:
        conversation_id: where.
        user_id: who writes.
        content: what.
        key: the sender's own mark for this message. Who hears no answer may send it again with the same key.
    """
    try:
        return await store_message(
            Message(conversation_id=conversation_id, user_id=user_id, content=content.strip(), key=key)
        )
    except Invalid as invalid:
        if "key" not in invalid.errors:
            raise
    return await message_with(conversation_id, user_id, key)


async def store_message(message: Message) -> Message:
    """Store a new message. Raises Invalid, also for a key that was there before, and NotAMember."""
    async with db.transaction() as session:
        session.add(message)
        await session.flush()
        await require_open(session, message.conversation_id, message.user_id)
        # Who writes has read what is there.
        await move_mark(session, message.conversation_id, message.user_id, message.id)
        await session.refresh(message, ["author"])
    return message


async def message_with(conversation_id: int, user_id: int, key: UUID | None) -> Message:
    """The message that this user has sent with this key. Raises NotAMember if it has gone meanwhile."""
    query = select(Message).where(
        Message.conversation_id == conversation_id, Message.user_id == user_id, Message.key == key
    )
    async with db.session() as session:
        message = await session.scalar(query.options(joinedload(Message.author)))
    if message is None:
        raise NotAMember
    return message


async def require_open(session: AsyncSession, conversation_id: int, user_id: int) -> None:
    """Raises Invalid when the conversation is closed, NotAMember when the user takes no part in it.

    The message is written first and judged afterwards. A transaction that has written has SQLite for itself;
    in PostgreSQL, this lock lets nobody close the conversation or remove a member before it ends.
    """
    here = select(Conversation.closed_at).where(Conversation.id == conversation_id)
    closed_at = await session.scalar(here.with_for_update(read=True))
    await require_member(session, conversation_id, user_id)
    if closed_at is not None:
        raise Invalid({"content": ["This conversation is closed. Nobody can write in it."]})


async def recent_messages(conversation_id: int, limit: int = WINDOW) -> Sequence[Message]:
    """The newest messages with their authors, oldest of them first."""
    newest = (
        select(Message)
        .where(Message.conversation_id == conversation_id)
        .order_by(Message.id.desc())
        .limit(limit)
        .options(joinedload(Message.author))
    )
    async with db.session() as session:
        return (await session.scalars(newest)).all()[::-1]


async def mark_seen(message_id: int, user_id: int) -> SeenMessage:
    """Remember that a user has seen a message, and when. Raises Invalid the second time."""
    async with db.transaction() as session:
        seen = SeenMessage(message_id=message_id, user_id=user_id)
        session.add(seen)
    return seen

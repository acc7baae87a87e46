"""Writing and reading messages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..db import db
from .members import require_member
from .models import Message, SeenMessage

# A page shows the newest messages only: it costs the same in a conversation of ten and of ten thousand.
WINDOW = 50


async def send_message(conversation_id: int, user_id: int, content: str) -> Message:
    """Store a message and return it with its author.

    Raises Invalid when there is nothing in it, NotAMember when the user takes no part in the conversation.
    """
    async with db.transaction() as session:
        await require_member(session, conversation_id, user_id)
        message = Message(conversation_id=conversation_id, user_id=user_id, content=content.strip())
        session.add(message)
        await session.flush()
        await session.refresh(message, ["author"])
    return message


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

"""Writing and reading messages."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..db import db
from ..errors import Invalid
from .models import Message, SeenMessage

# A page shows the newest messages only: it costs the same in a conversation of ten and of ten thousand.
WINDOW = 50

LONGEST_MESSAGE = 500


async def send_message(conversation_id: int, user_id: int, content: str) -> Message:
    """Store a message and return it with its author. Raises Invalid when it is empty or too long."""
    content = content.strip()
    if len(content) > LONGEST_MESSAGE:
        reason = f"{LONGEST_MESSAGE} characters at most. These are {len(content)}."
        raise Invalid({"content": [reason]})
    async with db.transaction() as session:
        message = Message(conversation_id=conversation_id, user_id=user_id, content=content)
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

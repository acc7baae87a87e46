"""What the storm asks the database: a conversation for it, and what is stored at the end."""

from __future__ import annotations

import json

from storm.writers import StormError

from course.lab import Lab

CONVERSATION = """
import asyncio, json
from messenger import accounts, chat
from messenger.config import database_url
from messenger.db import db

async def main():
    db.connect(database_url())
    owner, *others = [await accounts.find_user_by_nickname(name) for name in {names}]
    made = await chat.create_conversation("Storm", owner=owner, others=others)
    await db.disconnect()
    return made.id

print(json.dumps(asyncio.run(main())))
"""

STORED = """
import asyncio, json
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from messenger.chat import Message
from messenger.config import database_url
from messenger.db import db

async def main():
    db.connect(database_url())
    query = select(Message.content).where(Message.conversation_id == {conversation}).order_by(Message.id)
    async with AsyncSession(db.engine) as session, session.begin():
        contents = list(await session.scalars(query))
    await db.disconnect()
    return contents

print(json.dumps(asyncio.run(main())))
"""


async def conversation_of(lab: Lab, names: tuple[str, ...]) -> int:
    """A new conversation of these people, which the first of them owns; returns its id."""
    return int(await _ask(lab, CONVERSATION.format(names=names)))


async def messages_in(lab: Lab, conversation: int) -> list[str]:
    """Every message of a conversation as it is stored, in the order of the log."""
    return list(json.loads(await _ask(lab, STORED.format(conversation=conversation))))


async def _ask(lab: Lab, code: str) -> str:
    await lab.start()
    out, problem = await lab.python(code)
    if not out.strip():
        raise StormError(f"the database cannot be asked: {problem}")
    return out.strip().splitlines()[-1]

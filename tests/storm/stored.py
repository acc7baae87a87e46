"""What the storm asks the database: a conversation for it, and what is stored at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence

from storm.writers import StormError

from course.lab import Lab
from course.lab.messenger.sign_in import PASSWORD, email_of

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

CROWD = """
import asyncio, json
from messenger import accounts, chat, create_app
from messenger.accounts.passwords import hash_password
from messenger.db import db

def somebody(session, nickname, email, hashed):
    user = accounts.User(nickname=nickname, email=email, password_hash=hashed)
    session.add(user)
    session.flush()
    return user

@db.writes
def gather(session, hashed):
    writers = [
        accounts.find_user_by_nickname.within(session, name) or somebody(session, name, email, hashed)
        for name, email in {writers}
    ]
    readers = [accounts.create_user.within(session, f"Reader {{number + 1}}") for number in range({readers})]
    made = chat.create_conversation.within(session, "Storm", owner=writers[0], others=writers[1:] + readers)
    return made.id, [accounts.start_session.within(session, user.id) for user in readers]

async def main():
    app = create_app()
    auth = app.extensions["QUART_AUTH"][0]
    conversation, tokens = await gather(await hash_password({password!r}))
    await db.disconnect()
    return conversation, [f"{{auth.cookie_name}}={{auth.dump_token(token, app)}}" for token in tokens]

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
    query = select(Message.id, Message.content).order_by(Message.id)
    query = query.where(Message.conversation_id == {conversation})
    async with AsyncSession(db.engine) as session, session.begin():
        found = [list(row) for row in await session.execute(query)]
    await db.disconnect()
    return found

print(json.dumps(asyncio.run(main())))
"""


async def conversation_of(lab: Lab, names: Sequence[str]) -> int:
    """A new conversation of these people, which the first of them owns; returns its id."""
    return int(await _ask(lab, CONVERSATION.format(names=tuple(names))))


async def crowd_of(lab: Lab, writers: Sequence[str], readers: int) -> tuple[int, list[str]]:
    """The same with people who are not there yet: writers who can sign in, and so many who only read.

    Returns:
        its id, and for each who reads the cookie of a browser in which they have signed in.
    """
    named = [(name, email_of(name)) for name in writers]
    made = await _ask(lab, CROWD.format(writers=named, readers=readers, password=PASSWORD))
    conversation, cookies = json.loads(made)
    return conversation, cookies


async def messages_in(lab: Lab, conversation: int) -> dict[int, str]:
    """Every message of a conversation by its id, as it is stored, in the order of the log."""
    return dict(json.loads(await _ask(lab, STORED.format(conversation=conversation))))


async def _ask(lab: Lab, code: str) -> str:
    await lab.start()
    out, problem = await lab.python(code)
    if not out.strip():
        raise StormError(f"the database cannot be asked: {problem}")
    return out.strip().splitlines()[-1]

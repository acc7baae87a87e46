"""Fills a database for the bench, in a process of its own: `python preparing.py MEMBERS HISTORY`.

Where it is, the messenger's own variables say. Everything is made by the messenger's contexts and models,
only many at a time. The last line is JSON: the conversation, a small one, and the cookies of their members.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

from quart import Quart
from sqlalchemy.orm import Session

from messenger import accounts, chat, create_app
from messenger.accounts.passwords import hash_password
from messenger.db import db
from messenger.migrations import migrate

SMALL = 5
AT_ONCE = 500
WORDS = "the quick brown fox jumps over the lazy dog "
PASSWORD = "a password for all of them"


async def people(number: int, hashed: str) -> list[accounts.User]:
    """So many accounts. Hashing takes its time, so all have the same password."""
    made = [
        accounts.User(nickname=f"Member {one:03}", email=f"member{one}@example.com", password_hash=hashed)
        for one in range(1, number + 1)
    ]
    await db.write(lambda session: session.add_all(made))
    return made


def store(some: Sequence[chat.Message], session: Session) -> int:
    """Store some messages. Returns the id of the last one."""
    session.add_all(some)
    session.flush()
    return some[-1].id


def mark_all_read(
    conversation_id: int, members: Sequence[accounts.User], newest: int, session: Session
) -> None:
    """As if all had read all."""
    for member in members:
        chat.mark_read.within(session, conversation_id, member.id, newest)


async def talk(title: str, members: Sequence[accounts.User], messages: int) -> chat.Conversation:
    """A conversation in which all have written, and which all have read."""
    owner, *others = members
    conversation = await chat.create_conversation(title, owner=owner, others=others)
    newest = 0
    for start in range(0, messages, AT_ONCE):
        some = [
            chat.Message(
                conversation_id=conversation.id,
                user_id=members[number % len(members)].id,
                content=f"message {number} {WORDS * 2}",
            )
            for number in range(start, min(start + AT_ONCE, messages))
        ]
        newest = await db.write(partial(store, some))
    await db.write(partial(mark_all_read, conversation.id, members, newest))
    return conversation


async def cookie_of(app: Quart, user: accounts.User) -> str:
    """What the browser of somebody has who has signed in."""
    auth = app.extensions["QUART_AUTH"][0]
    token = await accounts.start_session(user.id)
    return f"{auth.cookie_name}={auth.dump_token(token, app)}"


async def prepare(members: int, history: int) -> dict[str, Any]:
    """Make the tables and fill them."""
    app = create_app()
    await migrate()
    everybody = await people(members + SMALL, await hash_password(PASSWORD))
    groups = {"large": everybody[:members], "small": everybody[members:]}
    made = {}
    for name, group in groups.items():
        conversation = await talk(f"The {name} one", group, history)
        cookies = [await cookie_of(app, user) for user in group]
        made[name] = {"path": f"/conversations/{conversation.id}", "cookies": cookies}
    await db.disconnect()
    return made


def main() -> None:
    """Prepare what the command line asks for."""
    members, history = map(int, sys.argv[1:])
    print(json.dumps(asyncio.run(prepare(members, history))))


if __name__ == "__main__":
    main()

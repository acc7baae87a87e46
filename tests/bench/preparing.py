"""Fills a database for the bench, in a process of its own: `preparing.py MEMBERS HISTORY CONVERSATIONS`.

Where it is, the messenger's own variables say. Everything is made by the messenger's contexts and models,
only many at a time. The last line is JSON: the conversation, a small one, and the cookies of their members.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from messenger import accounts, chat, create_app
from messenger.accounts.passwords import hash_password
from messenger.db import db
from messenger.migrations import migrate

SMALL = 5
# So many neighbours share their other conversations.
GROUP = 10
WORDS = "the quick brown fox jumps over the lazy dog "
PASSWORD = "a password for all of them"


def people(session: Session, number: int, hashed: str) -> list[accounts.User]:
    """So many accounts. Hashing takes its time, so all have the same password."""
    made = [
        accounts.User(nickname=f"Member {one:03}", email=f"member{one}@example.com", password_hash=hashed)
        for one in range(1, number + 1)
    ]
    session.add_all(made)
    session.flush()
    return made


def talk(session: Session, title: str, members: Sequence[accounts.User], messages: int) -> int:
    """A conversation in which all have written, and which all have read. Returns its id."""
    owner, *others = members
    conversation = chat.create_conversation.within(session, title, owner=owner, others=others)
    written = [
        chat.Message(
            conversation_id=conversation.id,
            user_id=members[number % len(members)].id,
            content=f"message {number} {WORDS * 2}",
        )
        for number in range(messages)
    ]
    session.add_all(written)
    session.flush()
    for member in members:
        chat.mark_read.within(session, conversation.id, member.id, written[-1].id)
    return conversation.id


@db.writes
def fill(session: Session, members: int, history: int, conversations: int, hashed: str) -> dict[str, Any]:
    """Make the tables, and what is in them. Returns path and tokens by the name of the conversation."""
    migrate.within(session)
    everybody = people(session, members + SMALL, hashed)
    made = {}
    for number in range(1, conversations):
        for start in range(0, members, GROUP):
            talk(session, f"Group {start} {number}", everybody[start : start + GROUP], 1)
    for name, group in (("large", everybody[:members]), ("small", everybody[members:])):
        conversation_id = talk(session, f"The {name} one", group, history)
        tokens = [accounts.start_session.within(session, user.id) for user in group]
        made[name] = {"path": f"/conversations/{conversation_id}", "tokens": tokens}
    return made


async def prepare(members: int, history: int, conversations: int) -> dict[str, Any]:
    """Fill the database. The cookies are those of browsers in which somebody has signed in."""
    app = create_app()
    auth = app.extensions["QUART_AUTH"][0]
    made = await fill(members, history, conversations, await hash_password(PASSWORD))
    await db.disconnect()
    for each in made.values():
        tokens = each.pop("tokens")
        each["cookies"] = [f"{auth.cookie_name}={auth.dump_token(token, app)}" for token in tokens]
    return made


def main() -> None:
    """Prepare what the command line asks for."""
    print(json.dumps(asyncio.run(prepare(*map(int, sys.argv[1:])))))


if __name__ == "__main__":
    main()

"""Chapter 2: the tables, settings, rules and seed of the database."""

from __future__ import annotations

import textwrap
from typing import Any

from course.checks import CheckContext, check, in_messenger, since
from course.checks.words import last_words

DB = "messenger/db.py"
CONFIG = "messenger/config.py"
ACCOUNTS = "messenger/accounts/models.py"
CHAT = "messenger/chat/models.py"
MIGRATION = "messenger/migrations/versions/0001_first_tables.py"
SEEDS = "messenger/seeds.py"
PREPARE = "messenger/prepare.py"
ERRORS = "messenger/errors.py"

TABLES = {
    "accounts_users": {"nickname", "created_at", "updated_at"},
    "chat_conversations": {"title", "created_at", "updated_at"},
    "chat_conversation_members": {"conversation_id", "user_id", "owner"},
    "chat_messages": {"conversation_id", "user_id", "content", "created_at"},
    "chat_seen_messages": {"message_id", "user_id", "seen_at"},
}


@check(
    "2.1",
    "Users, conversations, members, messages and seen records have tables",
    files=[ACCOUNTS, CHAT, MIGRATION],
)
@since(2)
async def tables(c: CheckContext) -> None:
    c.done("looked into the database")
    code = """
        import asyncio, json
        from sqlalchemy import inspect
        from messenger.config import database_url
        from messenger.db import db

        def columns(connection):
            tables = inspect(connection)
            return {name: [c["name"] for c in tables.get_columns(name)] for name in tables.get_table_names()}

        async def main():
            db.connect(database_url())
            async with db.engine.connect() as connection:
                found = await connection.run_sync(columns)
            await db.disconnect()
            return found

        print(json.dumps(asyncio.run(main())))
        """
    found: dict[str, list[str]] = await c.in_app(textwrap.dedent(code), "a database the app can reach")
    for table, columns in TABLES.items():
        c.expect(
            table in found, expected=f"a table {table}", seen=f"tables {', '.join(sorted(found)) or 'none'}"
        )
        missing = columns - set(found[table])
        c.expect(not missing, expected=f"its columns in {table}", seen=f"no {', '.join(sorted(missing))}")


@check(
    "2.2",
    "Settings come from the environment, and without a secret key the app says so",
    files=[CONFIG, PREPARE],
)
@since(2)
async def settings(c: CheckContext) -> None:
    c.done("read the database's address, with PARLEY_DATABASE_URL set")
    where = await c.in_app(
        "import json\nfrom messenger.config import database_url\nprint(json.dumps(str(database_url())))",
        "database_url in messenger.config",
    )
    c.expect(
        str(where) == c.lab.environment()["PARLEY_DATABASE_URL"],
        expected="the database that PARLEY_DATABASE_URL names",
        seen="another one",
    )
    sample = c.lab.state.folder / "messenger" / "env.sample"
    c.expect(sample.is_file(), expected="a sample of the settings, env.sample", seen="no such file")
    c.done("started the app without PARLEY_SECRET_KEY")
    _, problem = await c.lab.python(
        "import os\nos.environ.pop('PARLEY_SECRET_KEY')\nfrom messenger import create_app\ncreate_app()"
    )
    c.expect(
        "PARLEY_SECRET_KEY" in problem,
        expected="an error that names PARLEY_SECRET_KEY",
        seen="an app that starts",
    )


RULES = {
    "a second User One": ("nickname", "accounts.create_user('User One')"),
    "a user without a nickname": ("nickname", "accounts.create_user(None)"),
    "a user with a blank nickname": ("nickname", "accounts.create_user('  ')"),
    "a conversation without a title": ("title", "chat.create_conversation(None, owner=one)"),
    "a second membership": ("user_id", "chat.add_member(talk.id, two.id)"),
    "a second owner": ("owner", "chat.add_member(talk.id, new.id, owner=True)"),
    "the same message seen twice": ("message_id", "chat.mark_seen(message.id, two.id)"),
    "a member who does not exist": ("record", "chat.add_member(talk.id, 10**6)"),
    "an empty message": ("content", "chat.send_message(talk.id, one.id, '')"),
}


@check(
    "2.3",
    "The database refuses values that break a rule, and names the field",
    files=[ACCOUNTS, CHAT, MIGRATION, ERRORS, DB],
    fresh=True,
)
@since(2)
async def constraints(c: CheckContext) -> None:
    c.done("tried to break each rule")
    attempts = "\n".join(f"    {what!r}: await refused({call})," for what, (_, call) in RULES.items())
    body = f"""
one = await accounts.find_user_by_nickname("User One")
two = await accounts.find_user_by_nickname("User Two")
new = await accounts.create_user("Dora")
talk = await chat.find_conversation(1)
message = await chat.send_message(talk.id, one.id, "Have you seen this?")
await chat.mark_seen(message.id, two.id)
return {{
{attempts}
}}
"""
    outcome: dict[str, list[str]] = await c.in_app(in_messenger(body), "the contexts accounts and chat")
    for what, (field, _) in RULES.items():
        seen = f"an error about {', '.join(outcome[what])}" if outcome[what] else "no refusal"
        c.expect(outcome[what] == [field], expected=f"{what} refused, as an error of {field}", seen=seen)


@check(
    "2.4", "The seed: User One, User Two, and Modern Talking with both", files=[SEEDS, PREPARE], fresh=True
)
@since(2)
async def seeded(c: CheckContext) -> None:
    c.done("prepared the database a second time")
    _, problem = await c.lab.python("from messenger.prepare import main; main()")
    c.expect(not problem, expected="a preparation that can be repeated", seen=last_words(problem))
    c.done("read the first conversation")
    body = """
        talks = await chat.all_conversations()
        return [[t.title, [[m.user.nickname, m.owner] for m in t.members]] for t in talks]
        """
    found: list[Any] = await c.in_app(in_messenger(body), "the contexts accounts and chat")
    wanted = ["Modern Talking", [["User One", True], ["User Two", False]]]
    # From chapter 4 on there is another conversation.
    c.expect(
        found.count(wanted) == 1,
        expected="Modern Talking with User One as owner and User Two",
        seen=str(found),
    )

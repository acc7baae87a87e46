"""Scripts that checks run beside the app, with `CheckContext.in_app`."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

# The first message of a conversation in checks where the text does not matter.
FIRST_WORDS = "The first words"


def in_messenger(body: str) -> str:
    """Return a script that runs ``body`` in a coroutine, connected to the database, and prints its result."""
    return textwrap.dedent(
        """
        import asyncio, json
        from messenger import accounts, chat
        from messenger.config import database_url
        from messenger.db import db
        from messenger.errors import Invalid

        async def refused(asked):
            try:
                await asked
            except Invalid as invalid:
                return sorted(invalid.errors)
            except Exception as error:
                return [type(error).__name__]
            return []

        async def main():
        {body}

        async def connected():
            db.connect(database_url())
            try:
                return await main()
            finally:
                await db.disconnect()

        print(json.dumps(asyncio.run(connected())))
        """
    ).format(body=textwrap.indent(textwrap.dedent(body).strip(), "    "))


def conversation(title: str, *names: str, words: str) -> str:
    """Return a script that stores a conversation and prints its number.

    Args:
        title: the title of the conversation.
        *names: the nicknames of its members, the owner's first.
        words: the owner's first message; no message when empty.
    """
    body = f"""
        owner, *others = [await accounts.find_user_by_nickname(name) for name in {names!r}]
        made = await chat.create_conversation({title!r}, owner=owner, others=others)
        if {words!r}:
            await chat.send_message(made.id, owner.id, {words!r})
        return made.id
    """
    return in_messenger(body)


MIGRATED = """
    import tempfile
    from alembic import command
    from sqlalchemy import text
    from messenger.migrations import configuration, migrate
    from messenger.seeds import seed

    async def rows():
        found = []
        async with db.engine.connect() as connection:
            for table in {tables!r}:
                known = await connection.execute(text(f"SELECT * FROM {{table}} ORDER BY id"))
                found += [{{name: str(value) for name, value in row._mapping.items()}} for row in known]
        return found

    async def then():
    {then}

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        await db.disconnect()
        db.connect(f"sqlite:///{{folder}}/old.db")
        await migrate()
        await seed()
        async with db.engine.begin() as connection:
            await connection.run_sync(lambda sync: command.downgrade(configuration(sync), {revision!r}))
        before = await rows()
        await migrate()
        found = [before, await rows(), await then()]
        await db.disconnect()
    return found
"""


def migrated(revision: str, tables: Sequence[str], then: str) -> str:
    """Return a script that migrates a new seeded database down and up again.

    It prints [rows before, rows after, result of `then`].

    Args:
        revision: the revision to go down to.
        tables: the tables whose rows are read, each as text by column.
        then: the body of a coroutine that runs afterwards.
    """
    body = textwrap.indent(textwrap.dedent(then).strip(), "    ")
    script = textwrap.dedent(MIGRATED).format(tables=tuple(tables), revision=revision, then=body)
    return in_messenger(script)


def is_there(nickname: str) -> str:
    """Return a script that prints whether there is a user with this nickname."""
    return in_messenger(f"return (await accounts.find_user_by_nickname({nickname!r})) is not None")

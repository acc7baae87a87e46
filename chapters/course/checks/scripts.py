"""Scripts that checks run beside the app, with `CheckContext.in_app`."""

from __future__ import annotations

import textwrap


def in_messenger(body: str) -> str:
    """Python that runs ``body`` in a coroutine, connected to the database, and prints what it returns."""
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


def conversation(owner: str, title: str, *others: str) -> str:
    """Stores a conversation of these users, by nickname, with one message, "The first words"; its number."""
    return in_messenger(
        f"""
        owner, *others = [await accounts.find_user_by_nickname(name) for name in {[owner, *others]!r}]
        made = await chat.create_conversation({title!r}, owner=owner, others=others)
        await chat.send_message(made.id, owner.id, "The first words")
        return made.id
        """
    )


def is_there(nickname: str) -> str:
    """Whether there is a user who goes by this nickname."""
    return in_messenger(f"return (await accounts.find_user_by_nickname({nickname!r})) is not None")

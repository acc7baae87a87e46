"""Chapter 4: accounts. Migration, membership, profile and deleted accounts."""

from __future__ import annotations

import re
from typing import Any

from course.checks import CheckContext, check, in_messenger, since
from course.lab.messenger.sign_in import PASSWORD

APP = "messenger/__init__.py"
MODELS = "messenger/accounts/models.py"
CREDENTIALS = "messenger/accounts/credentials.py"
MIGRATION = "messenger/migrations/versions/0002_accounts.py"
SEEDS = "messenger/seeds.py"
FORMS = "messenger/forms.py"
PAGES = "messenger/account_pages.py"
CONVERSATION = "messenger/conversation_live.py"
MEMBERS = "messenger/chat/members.py"
MESSAGES = "messenger/chat/messages.py"

FROM_CHAPTER_3 = """
import asyncio, json, tempfile
from pathlib import Path
from alembic import command
from sqlalchemy import inspect, text
from messenger.db import db
from messenger.migrations import configuration, migrate
from messenger.seeds import seed

OLD = [
    "INSERT INTO accounts_users VALUES (1, 'User One', 'user one', :t, :t)",
    "INSERT INTO accounts_users VALUES (2, 'User Two', 'user two', :t, :t)",
    "INSERT INTO accounts_users VALUES (7, 'Grace', 'grace', :t, :t)",
    "INSERT INTO chat_conversations VALUES (1, 'Modern Talking', :t, :t)",
    "INSERT INTO chat_conversation_members VALUES (1, 1, 1, 1, :t, :t), (3, 1, 7, 0, :t, :t)",
    "INSERT INTO chat_messages VALUES (1, 1, 7, 'Written before', :t, :t)",
]
OURS = "WHERE u.id IN (1, 2, 7) ORDER BY u.id"
WHAT = "SELECT u.id, u.nickname, u.created_at, m.id, m.content, m.created_at FROM accounts_users u "
ROWS = WHAT + "LEFT JOIN chat_messages m ON m.user_id = u.id " + OURS
EMAILS = "SELECT nickname, email FROM accounts_users u " + OURS

async def run(action, *arguments):
    async with db.engine.begin() as connection:
        return await connection.run_sync(action, *arguments)

async def rows(query):
    async with db.engine.connect() as connection:
        return [list(row) for row in await connection.execute(text(query))]

def columns(connection):
    return [column["name"] for column in inspect(connection).get_columns("accounts_users")]

async def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        db.connect(f"sqlite:///{(Path(folder) / 'old.db').as_posix()}")
        await run(lambda connection: command.upgrade(configuration(connection), "0001"))
        async with db.engine.begin() as connection:
            for statement in OLD:
                await connection.execute(text(statement), {"t": "2025-03-01 10:00:00.000000"})
        found = {"before": await rows(ROWS)}
        await migrate()
        found |= {"after": await rows(ROWS), "columns": await run(columns)}
        await seed()
        found["emails"] = await rows(EMAILS) if "email" in found["columns"] else []
        await run(lambda connection: command.downgrade(configuration(connection), "0001"))
        found |= {"back": await rows(ROWS), "columns back": await run(columns)}
        await db.disconnect()
    return found

print(json.dumps(asyncio.run(main())))
"""


@check("4.6", "The migration keeps every row, up and down", files=[MIGRATION, MODELS, SEEDS])
@since(4)
async def migration(c: CheckContext) -> None:
    c.done("migrated a database of chapter 3, seeded it, and went back")
    found: dict[str, Any] = await c.in_app(FROM_CHAPTER_3, "a migration of a database with users")
    new = {"email", "password_hash"}
    c.expect(
        new <= set(found["columns"]),
        expected="columns email and password_hash",
        seen=", ".join(found["columns"]),
    )
    c.expect(found["after"] == found["before"], expected="the earlier rows", seen=str(found["after"]))
    emails = [["User One", "one@example.com"], ["User Two", "two@example.com"], ["Grace", None]]
    c.expect(
        found["emails"] == emails,
        expected="credentials for the seeded people only",
        seen=str(found["emails"]),
    )
    c.expect(
        found["back"] == found["before"], expected="the same rows on the way back", seen=str(found["back"])
    )
    c.expect(
        not new & set(found["columns back"]),
        expected="a table without these columns",
        seen=", ".join(found["columns back"]),
    )


@check(
    "4.9",
    "Only members open a conversation, over HTTP and on the socket",
    files=[CONVERSATION, "messenger/chat/conversations.py", APP],
)
@since(4)
async def members_only(c: CheckContext) -> None:
    alice, visitor = await c.people("Alice", "A visitor")
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/conversations/2")
    await c.expect_text(alice.page.locator("main"), "Alice (you), Carol, Bob", "the line below the title")
    answer = await c.join_at(alice, "/conversations/1")
    c.expect(
        answer["status"] == "error" and answer["response"].get("status") == 404,
        expected="a join that is refused with 404",
        seen=f"{answer['status']}: {answer['response']}",
    )
    status = await c.status_of(alice, "/conversations/1")
    c.expect(status == 404, expected="404 for a conversation of others", seen=str(status))
    await c.expect_visible(alice.heading("There is nothing here"))
    status = await c.status_of(alice, "/conversations/1/users/1")
    c.expect(status == 404, expected="nothing at the old address", seen=str(status))
    await c.visit(visitor, "/counter")
    answer = await c.join_at(visitor, "/conversations/1")
    c.expect(answer["status"] == "error", expected="a visitor's join that is refused", seen=answer["status"])
    c.expect(not c.lab.raised, expected="no exception in the app", seen="one in its log")


@check("4.13", "The profile changes only with the current password", files=[PAGES, FORMS, CREDENTIALS])
@since(4)
async def profile(c: CheckContext) -> None:
    otto = await c.person("Otto")
    await c.register(otto)
    await c.visit(otto, "/profile")
    await c.fill_in(otto, "Save changes", Nickname="Otto the Great", Current_password="")
    await c.expect_field_error(otto, "Current password", "Write your current password")
    await c.fill_in(otto, "Save changes", Current_password="not this one")
    await c.expect_text(otto.page.get_by_role("alert"), "This is not your current password.")
    await c.expect_value(otto.textbox("Nickname"), "Otto the Great")
    await c.fill_in(otto, "Save changes", Nickname="Alice", Current_password=PASSWORD)
    await c.expect_field_error(otto, "Nickname", "This nickname is taken.")
    await c.fill_in(
        otto,
        "Save changes",
        Nickname="Otto the Great",
        Email="Great@example.com",
        Current_password=PASSWORD,
    )
    await c.expect_text(c.top_bar(otto), "Otto the Great", "the top bar")
    answer = await c.post_form(
        await c.person("Otto's phone"), "/sign-in", email="great@example.com", password=PASSWORD
    )
    c.expect(answer.status == 302, expected="a sign-in with the new email", seen=f"status {answer.status}")


HER_CONVERSATIONS = """
    zoe, bob, carol = [await accounts.find_user_by_nickname(name) for name in ("Zoe", "Bob", "Carol")]
    choir = await chat.create_conversation("Choir", owner=zoe, others=[bob, carol])
    await chat.send_message(choir.id, zoe.id, "The first words")
    return [choir.id, (await chat.create_conversation("Notes to self", owner=zoe)).id]
    """


@check("4.14", "A deleted account is gone; its messages stay", files=[PAGES, CREDENTIALS, MEMBERS])
@since(4)
async def deleted(c: CheckContext) -> None:
    zoe, bob = await c.people("Zoe", "Bob")
    await c.register(zoe)
    shared, alone = await c.in_app(in_messenger(HER_CONVERSATIONS), "the contexts accounts and chat")
    await c.sign_in(bob, "Bob")
    await c.visit(bob, f"/conversations/{shared}")
    await c.expect_text(bob.page.locator("main"), "Bob (you), Zoe, Carol", "Bob's page")
    await c.visit(zoe, "/profile")
    await c.click(zoe, "Delete my account")
    for consequence in (
        "“Choir”. It will belong to Bob.",
        "“Notes to self” has no other member. It is deleted",
    ):
        await c.expect_text(zoe.page.locator("main"), consequence, "what the page says before")
    await c.fill_in(zoe, "Delete account", Current_password="not this one")
    await c.expect_text(zoe.page.get_by_role("alert"), "This is not your current password.")
    await c.fill_in(zoe, "Delete account", Current_password=PASSWORD)
    await c.expect_text(zoe.page.get_by_role("status"), "Your account is deleted.")
    await c.expect_gone(bob.page.locator("main").get_by_text("Zoe,"), "Zoe's name above Bob's log")
    await bob.reload()
    await c.expect_text(bob.log("Messages"), re.compile(r"Deleted account \d+.*The first words"), "Bob's log")
    answer = await c.post_form(zoe, "/sign-in", email="zoe@example.com", password=PASSWORD)
    c.expect(answer.status == 422, expected="a refused sign-in", seen=f"status {answer.status}")
    body = f"""
        choir, notes = await chat.find_conversation({shared}), await chat.find_conversation({alone})
        return [[[m.user.nickname, m.owner] for m in choir.members], notes is None]
        """
    found = await c.in_app(in_messenger(body), "the context chat")
    c.expect(
        found == [[["Bob", True], ["Carol", False]], True],
        expected="Choir with Bob as owner, Notes gone",
        seen=str(found),
    )


@check("4.16", "A removed member cannot go on in an open page", files=[CONVERSATION, MESSAGES, MEMBERS])
@since(4)
async def membership_ended(c: CheckContext) -> None:
    paul, bob = await c.people("Paul", "Bob")
    await c.register(paul)
    number = await c.begun("Chess club", "Bob", "Paul")
    await c.sign_in(bob, "Bob")
    for person in (paul, bob):
        await c.visit(person, f"/conversations/{number}")
    c.done("Paul's membership ended")
    body = f"""
        from sqlalchemy import delete
        from sqlalchemy.ext.asyncio import AsyncSession
        paul = await accounts.find_user_by_nickname("Paul")
        async with AsyncSession(db.engine) as session, session.begin():
            here = (chat.Member.conversation_id == {number}) & (chat.Member.user_id == paul.id)
            await session.execute(delete(chat.Member).where(here))
        return True
        """
    await c.in_app(in_messenger(body), "the contexts accounts and chat")
    await c.send(paul, "Am I still here?")
    await c.expect_at(paul.page, "/", "Paul")
    await c.expect_text(paul.page.get_by_role("status"), "You are no longer in “Chess club”.")
    await bob.reload()
    log = await bob.log("Messages").inner_text()
    c.expect("Am I still here?" not in log, expected="nothing of it in the log", seen="his message")

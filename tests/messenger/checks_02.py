"""Chapter 2: schemas and a first conversation. Each check holds one point of the syllabus."""

from __future__ import annotations

import re
import textwrap
from typing import Any

from course.checks import CheckContext, check, in_messenger, since
from course.checks.words import last_words
from course.lab.person import Person

APP = "messenger/__init__.py"
DB = "messenger/db.py"
CONFIG = "messenger/config.py"
ACCOUNTS = "messenger/accounts/models.py"
CHAT = "messenger/chat/models.py"
CONVERSATIONS = "messenger/chat/conversations.py"
MESSAGES = "messenger/chat/messages.py"
MIGRATION = "messenger/migrations/versions/0001_first_tables.py"
SEEDS = "messenger/seeds.py"
PREPARE = "messenger/prepare.py"
ERRORS = "messenger/errors.py"
PAGE = "messenger/conversation_live.py"
PAGES = "messenger/pages.py"

ONE = "/conversations/1/users/1"
TWO = "/conversations/1/users/2"

TABLES = {
    "accounts_users": {"nickname", "created_at", "updated_at"},
    "chat_conversations": {"title", "created_at", "updated_at"},
    "chat_conversation_members": {"conversation_id", "user_id", "owner"},
    "chat_messages": {"conversation_id", "user_id", "content", "created_at"},
    "chat_seen_messages": {"message_id", "user_id", "seen_at"},
}


async def send(c: CheckContext, person: Person, text: str) -> None:
    """Write a message and press Send."""
    await c.fill(person, "Message", text)
    await c.click(person, "Send")


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
    c.done("asked where the data lies, with PARLEY_DATABASE_URL set")
    where = await c.in_app(
        "import json\nfrom messenger.config import database_url\nprint(json.dumps(str(database_url())))",
        "messenger.config, which knows where the data lies",
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
    c.expect("PARLEY_SECRET_KEY" in problem, expected="an error that names it", seen="an app that starts")


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
    "The database refuses what breaks a rule, and says which field",
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
    # From chapter 4 on there is another one.
    c.expect(
        found.count(wanted) == 1,
        expected="Modern Talking with User One as owner and User Two",
        seen=str(found),
    )


@check("2.5", "The conversation page shows title, person and messages", files=[APP, PAGE, CONVERSATIONS])
@since(2)
async def conversation_page(c: CheckContext) -> None:
    alice = await c.person("Alice")
    path = await c.address(alice, "User One")
    html = await c.html_of(alice, path)
    c.expect("Modern Talking" in html, expected="the title in the first HTML", seen="HTML without it")
    await c.visit(alice, path)
    await c.expect_visible(alice.heading("Modern Talking"))
    await c.expect_text(alice.page.locator("main"), "User One", "the page")
    await c.expect_visible(alice.log("Messages"))
    await c.expect_visible(alice.textbox("Message"))
    await c.expect_visible(alice.button("Send"))


@check(
    "2.6",
    "Send stores the message, shows it, and clears the text",
    files=[PAGE, MESSAGES, "static/hooks/composer.js"],
)
@since(2)
async def sending(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    await send(c, alice, "I bring <apples> & pears")
    await c.expect_text(alice.log("Messages"), "I bring <apples> & pears")
    await c.expect_value(alice.textbox("Message"), "")
    c.done("Alice wrote another and pressed Enter")
    await alice.textbox("Message").fill("And bread")
    await alice.textbox("Message").press("Enter")
    await c.expect_text(alice.log("Messages"), "And bread")
    await c.expect_value(alice.textbox("Message"), "")


@check("2.7", "An empty message is refused, and the page says why", files=[PAGE, MESSAGES, CHAT])
@since(2)
async def empty_message(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    entries = alice.log("Messages").get_by_role("listitem")
    before = await entries.count()
    for text in ("", "   "):
        await alice.reload()
        await send(c, alice, text)
        alert = alice.page.get_by_role("alert").filter(has_text="Write something first")
        await c.expect_visible(alert, "the reason, “Write something first”")
        await c.expect_count(entries, before, "the messages of before")
    await send(c, alice, "Now with words")
    await c.expect_text(alice.log("Messages"), "Now with words")
    await c.expect_gone(alert, "the reason of before")


@check("2.8", "Messages are there after a refresh, and after kill -9", files=[MESSAGES, DB, PAGE])
@since(2)
async def persisted(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    await c.enter(alice, "User One")
    await c.enter(bob, "User Two")
    await send(c, alice, "Shall we take the early train?")
    await c.expect_text(alice.log("Messages"), "Shall we take the early train?")
    await send(c, bob, "Better the one at nine.")
    await c.expect_text(bob.log("Messages"), "Better the one at nine.")
    c.done("both refreshed")
    for person in (alice, bob):
        await person.reload()
        await c.expect_text(person.log("Messages"), "Shall we take the early train?")
        await c.expect_text(person.log("Messages"), "Better the one at nine.")
    loads = alice.loads
    c.done("the server was killed and started again")
    await c.lab.kill()
    await c.lab.restart()
    for person in (alice, bob):
        await c.expect_text(person.log("Messages"), "Better the one at nine.")
    c.expect(alice.loads == loads, expected="a page that returned by itself", seen="a page load")


@check("2.9", "The other window does not update yet: the trouble of chapter 3", files=[PAGE])
@since(2, until=3)
async def other_window(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    await c.visit(alice, ONE)
    await c.visit(bob, TWO)
    before = bob.mark()
    await send(c, alice, "Bob, are you reading this?")
    await c.expect_text(alice.log("Messages"), "Bob, are you reading this?")
    # Bob's own message comes after hers: had his page been told of hers, it would have been before this one.
    await send(c, bob, "It is quiet here.")
    await c.expect_text(bob.log("Messages"), "It is quiet here.")
    told = await bob.log("Messages").inner_text()
    c.expect(
        "are you reading this?" not in told, expected="nothing of it in Bob's window", seen="Alice's message"
    )
    pushed = [frame for frame in bob.frames_since(before) if frame.kind == "diff"]
    c.expect(not pushed, expected="no diff that Bob did not ask for", seen=", ".join(map(str, pushed)))
    await bob.reload()
    c.done("Bob refreshed")
    await c.expect_text(bob.log("Messages"), "Bob, are you reading this?")


NOWHERE = (
    "/conversations/999999/users/1",
    "/conversations/1/users/999999",
    f"/conversations/{10**30}/users/1",
)
# From chapter 4 on the address says nothing about a person.
NOWHERE_WITH_ACCOUNTS = ("/conversations/999999", f"/conversations/{10**30}")


@check("2.10", "An unknown conversation or person is a 404, over HTTP and on the socket", files=[PAGE, PAGES])
@since(2)
async def unknown(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    nowhere = NOWHERE_WITH_ACCOUNTS if c.has_accounts else NOWHERE
    for path in nowhere:
        answer = await c.join_at(alice, path)
        response = answer["response"]
        c.expect(
            answer["status"] == "error" and response.get("status") == 404,
            expected="a join that is refused with 404",
            seen=f"{answer['status']}: {', '.join(map(str, response.values()))[:60]}",
        )
    for path in nowhere:
        status = await c.status_of(alice, path)
        c.expect(status == 404, expected=f"404 for {path[:40]}", seen=str(status))
        await c.expect_visible(alice.heading("There is nothing here"))
    c.expect(not c.lab.raised, expected="no exception in the app", seen="one in its log")


@check("2.11", "A view that crashes comes back with its messages", files=[PAGE])
@since(2)
async def crashed(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    await send(c, alice, "Before the crash")
    await c.expect_text(alice.log("Messages"), "Before the crash")
    loads = alice.loads
    c.done("the view raised an error")
    await c.lab.crash(alice)
    await alice.live()
    await c.expect_text(alice.log("Messages"), "Before the crash")
    await send(c, alice, "After the crash")
    await c.expect_text(alice.log("Messages"), "After the crash")
    c.expect(alice.loads == loads, expected="a page that was not loaded again", seen="a page load")


@check(
    "2.12",
    "The page is tidy: clean console, unique ids, no sideways scrolling",
    files=[PAGE, "static/css/messenger.css"],
)
@since(2)
async def tidy(c: CheckContext) -> None:
    for name, viewport in (("Alice", (360, 640)), ("Bob", (1280, 800))):
        person = await c.person(name, viewport=viewport)
        await c.enter(person, "User One")
        await send(
            c,
            person,
            "A-word-that-is-longer-than-any-screen-of-a-telephone-is-wide-and-has-no-place-to-break" * 2,
        )
        await c.expect_text(person.log("Messages"), "A-word-that-is-longer")
        await c.expect_tidy(person)
        await c.expect_no_overflow(person)


@check("2.a", "A message has 500 characters at most", files=[MESSAGES])
@since(2)
async def longest_message(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    entries = alice.log("Messages").get_by_role("listitem")
    before = await entries.count()
    c.done("Alice sent 501 characters")
    await alice.textbox("Message").fill("x" * 501)
    await alice.button("Send").click()
    alert = alice.page.get_by_role("alert")
    await c.expect_text(alert, "500 characters at most. These are 501.", "the reason below the field")
    await c.expect_count(entries, before, "the messages of before")
    await c.expect_value(alice.textbox("Message"), "x" * 501)
    c.done("Alice took one away and sent the rest")
    await alice.textbox("Message").fill("x" * 500)
    await alice.button("Send").click()
    await c.expect_count(entries, before + 1, "the messages, and the new one")
    await c.expect_gone(alert.filter(has_text="at most"), "the reason of before")


@check("2.b", "The header says how many messages there are", files=[PAGE, MESSAGES], fresh=True)
@since(2)
async def how_many(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    header = alice.page.get_by_role("main").locator("header")
    await c.expect_text(header, re.compile(r"\b4 messages$"), "the end of the header")
    await send(c, alice, "One more")
    await c.expect_text(header, re.compile(r"\b5 messages$"), "the end of the header")
    c.done("stored 60 more messages, and a conversation with a single one")
    body = """
        one = await accounts.find_user_by_nickname("User One")
        for number in range(60):
            await chat.send_message(1, one.id, f"Message {number}")
        short = await chat.create_conversation("Short", owner=one)
        await chat.send_message(short.id, one.id, "The only one")
        return short.id
        """
    short = await c.in_app(in_messenger(body), "the contexts accounts and chat")
    await c.enter(alice, "User One")
    await c.expect_text(header, re.compile(r"\b65 messages$"), "the end of the header")
    await c.enter(alice, "User One", short)
    await c.expect_text(header, re.compile(r"\b1 message$"), "the end of the header")

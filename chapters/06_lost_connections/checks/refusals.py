"""Chapter 6: messages that cannot be sent, and the key that identifies a message."""

from __future__ import annotations

from course.checks import CheckContext, check, in_messenger, since

VIEW = "messenger/conversation_live.py"
MESSAGES = "messenger/chat/messages.py"
MODELS = "messenger/chat/models.py"
MIGRATION = "messenger/migrations/versions/0004_message_keys.py"
OUTBOX = "static/hooks/outbox.js"
COMPOSER = "static/hooks/composer.js"
STORAGE = "static/storage.js"
UNSENT = "static/hooks/unsent.js"
CLIENT = "static/app.js"
DASHBOARD = "messenger/templates/dashboard_live.html"


@check(
    "6.18",
    "A member removed meanwhile finds the unsent message on the dashboard",
    files=[UNSENT, STORAGE, OUTBOX, CLIENT, DASHBOARD, VIEW],
)
@since(6)
async def removed(c: CheckContext) -> None:
    alice, bob = await c.group("Without Bob", "Alice", "Bob")
    c.done("Bob's line was cut; he wrote a message; Alice removed him")
    await c.lab.cut(bob)
    await c.send(bob, "You will miss me")
    await c.click(alice, "Members and settings")
    await alice.button("Remove Bob").click()
    await c.expect_gone(alice.button("Remove Bob"))
    await c.lab.fix(bob)
    await c.expect_visible(bob.heading("There is nothing here"))
    await c.visit(bob, "/")
    await bob.reload()
    unsent = bob.page.get_by_role("region", name="Not sent")
    await c.expect_text(unsent, "You will miss me in “Without Bob”", "the part “Not sent”")
    for name in ("Carol", "Bob"):
        c.done(f"in the same window, {name} signed in")
        await bob.follow(bob.button("Sign out"))
        await c.sign_in(bob, name)
        await c.visit(bob, "/")
        await c.expect_count(unsent, int(name == "Bob"), f"“Not sent” for {name}")
    await c.click(bob, "Discard")
    await c.expect_gone(unsent)
    await bob.reload()
    await c.expect_gone(unsent)


# A frame that is too long, here because of its key, is not read by any server. The text has a lone surrogate,
# as a faulty program may leave one: it is replaced before it is sent.
PUT_IN_OUTBOX_JS = """({ name, title }) => {
  const item = (key, content) => ({ key, content, tries: 0, refused: "" });
  const items = [item("x".repeat(1_200_000), "Half \\ud83d"), item(crypto.randomUUID(), "The rest")];
  sessionStorage.setItem(name, JSON.stringify({ title, items }));
}"""


@check(
    "6.19",
    "A message that the server cannot take does not hold up the others",
    files=[OUTBOX, STORAGE, CLIENT],
)
@since(6)
async def poison(c: CheckContext) -> None:
    alice, bob = await c.group("A long story", "Alice", "Bob")
    address = alice.page.url.removeprefix(alice.url)
    outbox = alice.page.locator("[phx-hook=Outbox]")
    await c.expect_count(outbox, 1, "an outbox")
    where = await outbox.evaluate("outbox => ({ ...outbox.dataset })")
    # On a page without an outbox, because a page with one would overwrite this when it is left.
    await c.visit(alice, "/")
    c.done("Alice's outbox held a message that no server can read, and one behind it")
    await alice.page.evaluate(PUT_IN_OUTBOX_JS, where)
    await c.visit(alice, address)
    c.patience += 10
    await c.expect_text(bob.log("Messages"), "The rest", "Bob's log")
    await c.expect_text(alice.log("Messages"), "Not sent. The server could not take it.", "Alice's log")
    await c.click(alice, "Edit")
    await c.expect_gone(alice.button("Try again"))
    # The composer only gives out a text that can be sent.
    await c.click(alice, "Send")
    await c.expect_text(bob.log("Messages"), "Half \ufffd", "Bob's log")


KEYS = in_messenger("""
from uuid import UUID, uuid4
alice, bob = [await accounts.find_user_by_nickname(name) for name in ("Alice", "Bob")]
here = await chat.create_conversation("Keys", owner=alice, others=[bob])
there = await chat.create_conversation("More keys", owner=alice, others=[bob])
key = uuid4()
first = await chat.send_message(here.id, alice.id, "Once", key)
again = await asyncio.gather(*(chat.send_message(here.id, alice.id, "Once more", key) for _ in range(5)))
bobs = await chat.send_message(here.id, bob.id, "Mine", key)
elsewhere = await chat.send_message(there.id, alice.id, "Elsewhere", key)
for _ in range(2):
    await chat.send_message(there.id, alice.id, "Without a key")
await chat.close_conversation(here.id, alice.id)
late = await chat.send_message(here.id, alice.id, "Once", key)
return {
    "again": [message.id for message in [*again, late]] == [first.id] * 6,
    "here": [message.content for message in await chat.recent_messages(here.id)],
    "there": [message.content for message in await chat.recent_messages(there.id)],
    "with author": {message.author.nickname for message in again} == {"Alice"},
    "new when closed": await refused(chat.send_message(here.id, alice.id, "Another", uuid4())),
}
""")


@check(
    "6.20",
    "A key counts once for each person and conversation, also five times at once",
    files=[MESSAGES, MODELS, MIGRATION],
)
@since(6)
async def keys(c: CheckContext) -> None:
    c.done("sent with the same key: again, five times at once, as Bob, elsewhere, and after closing")
    found = await c.in_app(KEYS, "send_message, which takes a key")
    c.expect(found["again"], expected="the same message each time", seen="another one")
    c.expect(found["here"] == ["Once", "Mine"], expected="Once and Mine", seen=str(found["here"]))
    there = ["Elsewhere", "Without a key", "Without a key"]
    c.expect(found["there"] == there, expected=", ".join(there), seen=str(found["there"]))
    c.expect(found["with author"], expected="messages with their author", seen="messages without")
    refusal = found["new when closed"]
    c.expect(refusal == ["content"], expected="a new one refused when closed", seen=str(refusal))


@check("6.21", "The migration adds the key, and keeps each message", files=[MIGRATION, MODELS])
@since(6)
async def migration(c: CheckContext) -> None:
    body = """
    from sqlalchemy import inspect
    async with db.engine.connect() as connection:
        return await connection.run_sync(lambda sync: inspect(sync).get_indexes("chat_messages"))
    """
    indexes = await c.in_app(in_messenger(body), "a table chat_messages")
    columns = [index["column_names"] for index in indexes if index["unique"]]
    wanted = ["conversation_id", "user_id", "key"]
    c.expect(columns == [wanted], expected=f"a unique index on {', '.join(wanted)}", seen=str(columns))
    c.done("went back to chapter 5's tables, and forward again")
    await c.expect_kept("0003", "chat_messages")


@check(
    "6.25",
    "The composer counts near the end, as the server does; a text that is too long stays, to be shortened",
    files=["static/hooks/composer.js", "static/text.js", "messenger/templates/conversation_live.html"],
)
@since(6)
async def counted(c: CheckContext) -> None:
    alice, bob = await c.group("A novel", "Alice", "Bob")
    field = alice.textbox("Message")
    c.done("Alice pasted texts of several lengths")
    for text, words in (
        ("x" * 9_700, ""),
        (" " + "🚂" * 9_990 + " ", "10 characters left"),
        ("🚂" * 10_002, "2 characters too many"),
    ):
        await field.fill(text)
        await c.expect_text(alice.page.locator("#composer"), words, "the composer")
        if not words:
            await c.expect_gone(alice.text("characters left"))
    await alice.button("Send").click()
    await c.expect_value(field, "🚂" * 10_002)
    await field.fill("🚂" * 9_999 + "!")
    await c.click(alice, "Send")
    await c.expect_text(bob.log("Messages"), "🚂!", "Bob's log")
    await c.expect_value(field, "")
    await c.visit(bob, "/")
    line = await c.entry(bob.page, "A novel").inner_text()
    c.expect(len(line) < 300, expected="a last line that is shortened", seen=f"{len(line)} characters")

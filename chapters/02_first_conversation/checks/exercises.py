"""Chapter 2: the exercises."""

from __future__ import annotations

import re

from course.checks import CheckContext, check, in_messenger, since

MESSAGES = "messenger/chat/messages.py"
PAGE = "messenger/conversation_live.py"


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
    await c.expect_count(entries, before, "the earlier messages")
    await c.expect_value(alice.textbox("Message"), "x" * 501)
    c.done("Alice took one away and sent the rest")
    await alice.textbox("Message").fill("x" * 500)
    await alice.button("Send").click()
    await c.expect_count(entries, before + 1, "the messages, and the new one")
    await c.expect_gone(alert.filter(has_text="at most"), "the earlier reason")


@check("2.b", "The header says how many messages there are", files=[PAGE, MESSAGES], fresh=True)
@since(2)
async def how_many(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    header = alice.page.get_by_role("main").locator("header")
    await c.expect_text(header, re.compile(r"\b4 messages$"), "the end of the header")
    await c.send(alice, "One more")
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

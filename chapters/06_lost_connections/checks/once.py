"""Chapter 6: each message arrives once, whatever happens to the answer."""

from __future__ import annotations

import re

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator

from course.checks import CheckContext, check, in_messenger, since
from course.lab.errors import FaultDidNotHappen
from course.lab.link.frames import Frame
from course.lab.person.person import Person

VIEW = "messenger/conversation_live.py"
MESSAGES = "messenger/chat/messages.py"
MODELS = "messenger/chat/models.py"
MIGRATION = "messenger/migrations/versions/0004_message_keys.py"
OUTBOX = "static/hooks/outbox.js"
BUBBLE = "static/bubble.js"
COMPOSER = "static/hooks/composer.js"
STORAGE = "static/storage.js"
UNSENT = "static/hooks/unsent.js"
CLIENT = "static/app.js"
TEMPLATE = "messenger/templates/conversation_live.html"
DASHBOARD = "messenger/templates/dashboard_live.html"

ONCE = [OUTBOX, COMPOSER, BUBBLE, STORAGE, CLIENT, TEMPLATE, VIEW, MESSAGES, MODELS]
UNANSWERED_MS = 60_000


def line(person: Person, text: str) -> Locator:
    """Return the entry of a message in a person's log, sent or not."""
    return person.log("Messages").get_by_role("listitem").filter(has_text=text)


async def expect_state(c: CheckContext, person: Person, text: str, state: str) -> None:
    """Wait until a message has a state: Sending, Sent, or Not sent."""
    mark = line(person, text).get_by_text(re.compile(rf"^{state}$"))
    await c.expect_count(mark, 1, f"the mark “{state}” beside “{text}” on {person.name}'s page")


async def texts(person: Person) -> list[str]:
    """Return the messages in a person's log, from top to bottom, with those that are still being sent."""
    return [text.strip() for text in await person.log("Messages").get_by_role("paragraph").all_inner_texts()]


async def expect_logs(c: CheckContext, people: list[Person], wanted: list[str]) -> None:
    """Expect these messages, in this order, each once, in the logs of all people and in the database."""

    async def seen() -> str:
        logs = [f"{person.name}: {', '.join(await texts(person))}" for person in people]
        return " | ".join(logs)

    async def right() -> bool:
        return all([await texts(person) == ["The first words", *wanted] for person in people])

    await c.expect_soon(right, expected=f"{', '.join(wanted)}, each once, for everyone", seen=seen)
    number = people[0].page.url.rsplit("/", 1)[1]
    body = f"return [message.content for message in await chat.recent_messages({number})][1:]"
    stored = await c.in_app(in_messenger(body), "the context chat")
    c.expect(stored == wanted, expected="the same in the database", seen=str(stored))


def keys_sent(person: Person, since: int) -> list[str]:
    """Return the keys of the messages that a page has sent, in order."""
    sent = [frame for frame in person.frames_since(since) if frame.payload and is_send(frame)]
    return [frame.payload["value"]["key"] for frame in sent]


def is_send(frame: Frame) -> bool:
    """Return whether a frame carries a message to the server."""
    return frame.kind == "event" and frame.payload.get("event") == "send"


async def stored_without_answer(c: CheckContext, alice: Person, bob: Person, text: str) -> None:
    """Send Alice's message so that it is stored and Bob gets it, but she gets no answer.

    Raises:
        FaultDidNotHappen: if an answer came through to her.
    """
    before = alice.mark()
    c.done("no answer came through to Alice")
    await c.lab.deafen(alice)
    await c.send(alice, text)
    await c.expect_text(bob.log("Messages"), text, "Bob's log")
    await expect_state(c, alice, text, "Sending")
    answers = [frame for frame in alice.frames_since(before) if frame.direction == "received" and frame.size]
    if answers:
        raise FaultDidNotHappen(f"An answer has come through to Alice: {answers[0]}.")


async def expect_sent_twice(c: CheckContext, alice: Person, before: int) -> None:
    """Wait until the page has sent the message again, with the same key."""

    def again() -> bool:
        return len(keys_sent(alice, before)) == 2

    await c.expect_soon(again, expected="the message sent again", seen="nothing of it on the wire")
    number = len(set(keys_sent(alice, before)))
    c.expect(number == 1, expected="the same key each time", seen=f"{number} keys")


@check("6.14", "The answer is lost with the line: the message is not, and arrives once", files=ONCE)
@since(6)
async def lost_answer(c: CheckContext) -> None:
    alice, bob = await c.group("A lost answer", "Alice", "Bob", clock=True)
    same_page, before = c.stays(alice), alice.mark()
    await stored_without_answer(c, alice, bob, "Is this there?")
    c.done("the line was cut, and fixed a minute later")
    await c.lab.cut(alice)
    await alice.page.clock.fast_forward(UNANSWERED_MS)
    await c.lab.fix(alice)
    await expect_sent_twice(c, alice, before)
    await expect_state(c, alice, "Is this there?", "Sent")
    await c.send(alice, "And this?")
    await expect_state(c, alice, "And this?", "Sent")
    await expect_logs(c, [alice, bob], ["Is this there?", "And this?"])
    same_page()


@check("6.15", "The server is killed when it has stored a message: it arrives once", files=ONCE)
@since(6)
async def killed_after_storing(c: CheckContext) -> None:
    alice, bob = await c.group("A lost server", "Alice", "Bob")
    before = alice.mark()
    await stored_without_answer(c, alice, bob, "Is this there?")
    c.done("Alice's line was cut, the server killed and started again, the line fixed")
    await c.lab.cut(alice)
    await c.lab.restart()
    await c.lab.fix(alice)
    await expect_sent_twice(c, alice, before)
    await expect_state(c, alice, "Is this there?", "Sent")
    await expect_logs(c, [alice, bob], ["Is this there?"])


@check(
    "6.16", "Messages written without a line are sent in order, even after a refresh that failed", files=ONCE
)
@since(6)
async def without_a_line(c: CheckContext) -> None:
    alice, bob = await c.group("A long tunnel", "Alice", "Bob")
    address = alice.page.url
    c.done("Alice's line was cut")
    await c.lab.cut(alice)
    written = ["One", "Two", "Three"]
    for text in written:
        await c.send(alice, text)
        await expect_state(c, alice, text, "Sending")
    await c.say(bob, "Zero")
    c.done("she refreshed, and the browser could not load the page")
    try:
        await alice.page.reload()
        raise FaultDidNotHappen("The page was loaded over a line that is cut.")
    except PlaywrightError:
        # The browser's error page comes a moment later, and would interrupt the next navigation.
        await alice.page.wait_for_url("chrome-error://**")
    c.done("the line was fixed, and she opened the page again")
    await alice.network.fix()
    await c.visit(alice, address.removeprefix(alice.url))
    await expect_logs(c, [alice, bob], ["Zero", *written])
    await expect_state(c, alice, "Three", "Sent")
    kept = await alice.page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('outbox'))")
    c.expect(not kept, expected="an empty outbox", seen=str(kept))


@check("6.17", "A refused message stays, says why, and can be tried again or changed", files=ONCE)
@since(6)
async def refused(c: CheckContext) -> None:
    alice, bob = await c.group("A closed one", "Alice", "Bob")
    c.done("Bob's line was cut; he wrote two messages; Alice closed the conversation")
    await c.lab.cut(bob)
    await c.send(bob, "I am late")
    await c.send(bob, "Wait for me")
    await c.click(alice, "Members and settings")
    await alice.page.get_by_text("Close this conversation", exact=True).click()
    await c.click(alice, "Close conversation")
    await c.expect_visible(alice.button("Open again"))
    await c.lab.fix(bob)
    for text in ("I am late", "Wait for me"):
        await c.expect_text(line(bob, text), "Not sent. This conversation is closed.", "Bob's message")
    await bob.reload()
    await c.click(alice, "Open again")
    await c.expect_visible(alice.button("Rename"))
    await line(bob, "I am late").get_by_role("button", name="Edit").click()
    await c.expect_value(bob.textbox("Message"), "I am late")
    await line(bob, "Wait for me").get_by_role("button", name="Try again").click()
    await expect_state(c, bob, "Wait for me", "Sent")
    await c.click(alice, "Done")
    await expect_logs(c, [alice, bob], ["Wait for me"])

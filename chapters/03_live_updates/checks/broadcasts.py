"""Chapter 3: live updates. Each check tests one point of the syllabus."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from course.checks import CheckContext, check, since
from course.lab.link.frames import Frame
from course.lab.person.person import Person

PAGE = "messenger/conversation_live.py"
TEMPLATE = "messenger/templates/conversation_live.html"
CONVERSATIONS = "messenger/chat/conversations.py"
TOPICS = "messenger/chat/topics.py"
CLIENT = "static/app.js"
LOG_HOOK = "static/hooks/log.js"

# The most bytes of one message with its markup and the last line on the left. A page has ten times more.
LARGEST_UPDATE = 1000

EACH_WRITES = 10
FIVE = ("Alice", "Bob", "Carol", "Dave", "Erin")


async def both_there(c: CheckContext) -> tuple[Person, Person]:
    """Open the conversation for Alice and Bob."""
    alice, bob = await c.people("Alice", "Bob")
    await c.enter(alice, "User One")
    await c.enter(bob, "User Two")
    return alice, bob


def events_of(frames: Sequence[Frame]) -> list[Frame]:
    """Return the events and joins that a page has sent."""
    return [frame for frame in frames if frame.kind in ("event", "join")]


def says_read(frame: Frame) -> bool:
    """Return whether a page reports with this frame how far somebody has read."""
    return isinstance(frame.payload, dict) and frame.payload.get("event") == "read"


async def bubbles(person: Person) -> list[str]:
    """Return the texts in a person's log, from top to bottom."""
    return [text.strip() for text in await person.log("Messages").get_by_role("paragraph").all_inner_texts()]


@check("3.1", "A message appears on the other page, without a refresh", files=[PAGE, TEMPLATE, TOPICS])
@since(3)
async def appears(c: CheckContext) -> None:
    alice, bob = await both_there(c)
    same_page = c.stays(bob)
    await c.send(alice, "I will bring the big basket.")
    await c.expect_text(bob.log("Messages"), "I will bring the big basket.", "Bob's log")
    await c.send(bob, "Mine has lost its handle.")
    await c.expect_text(alice.log("Messages"), "Mine has lost its handle.", "Alice's log")
    same_page()


@check("3.2", "A message costs one small frame, and no page asks for it", files=[PAGE, TEMPLATE])
@since(3)
async def one_frame(c: CheckContext) -> None:
    alice, bob = await both_there(c)
    before = bob.mark()
    await c.send(alice, "One small frame, please.")
    await c.expect_text(bob.log("Messages"), "One small frame, please.", "Bob's log")
    # From chapter 8 on a page reports afterwards that it was read. That is not a request for the message.
    frames = [frame for frame in bob.frames_since(before) if not says_read(frame)]
    c.expect(not events_of(frames), expected="no question from Bob's page", seen=str(events_of(frames)))
    diffs = [frame for frame in frames if frame.kind == "diff"]
    sizes = ", ".join(f"{frame.size} bytes" for frame in diffs) or "no diff"
    right = len(diffs) == 1 and diffs[0].size < LARGEST_UPDATE
    c.expect(right, expected=f"one diff of less than {LARGEST_UPDATE} bytes", seen=sizes)


@check("3.3", "The sender's own message comes the same way, once", files=[PAGE])
@since(3)
async def own_message(c: CheckContext) -> None:
    alice, _ = await both_there(c)
    before = alice.mark()
    await c.say(alice, "Do I see this once?")
    await c.expect_frame(alice, before, lambda frame: frame.kind == "diff", "a diff with her own message")
    # This message comes after any second copy of the first.
    await c.say(alice, "And this?")
    texts = await bubbles(alice)
    times = texts.count("Do I see this once?")
    c.expect(times == 1, expected="her message once", seen=f"{times} times")


@check("3.4", "Five people, fifty messages, one order", files=[PAGE, TEMPLATE], fresh=True)
@since(3)
async def five_at_once(c: CheckContext) -> None:
    people = await c.people(*FIVE)
    for number, person in enumerate(people):
        await c.enter(person, "User Two" if number % 2 else "User One")
    loads = [person.loads for person in people]
    await c.send(people[0], "Ready?")
    for person in people:
        await c.expect_text(person.log("Messages"), "Ready?", f"{person.name}'s log")
    wanted = {f"{person.name} {number}" for person in people for number in range(1, EACH_WRITES + 1)}

    async def write(person: Person) -> None:
        for number in range(1, EACH_WRITES + 1):
            field, text = person.textbox("Message"), f"{person.name} {number}"
            await field.fill(text)
            await field.press("Enter")
            await c.expect_text(
                person.log("Messages").get_by_text(text, exact=True), text, "the sender's log"
            )

    c.done(f"five people wrote {EACH_WRITES} messages each, all at once")
    c.patience *= 3  # fifty messages take a while
    await asyncio.gather(*(write(person) for person in people))

    async def logs() -> list[list[str]]:
        return [[text for text in await bubbles(person) if text in wanted] for person in people]

    async def complete() -> bool:
        return all(len(log) >= len(wanted) for log in await logs())

    async def counts() -> str:
        return f"{[len(log) for log in await logs()]} messages"

    await c.expect_soon(complete, expected=f"{len(wanted)} messages on every page", seen=counts)
    found = await logs()
    c.expect(
        all(len(log) == len(set(log)) == len(wanted) for log in found),
        expected="each message once",
        seen=f"{[len(log) for log in found]} messages",
    )

    async def alike() -> bool:
        first, *others = await logs()
        return all(log == first for log in others)

    async def difference() -> str:
        first, *others = await logs()
        for person, log in zip(people[1:], others, strict=True):
            for mine, theirs in zip(first, log, strict=False):
                if mine != theirs:
                    return f"{mine} on {people[0].name}'s page where {theirs} is on {person.name}'s"
        return "the same order, too late"

    await c.expect_soon(alike, expected="the same order on every page", seen=difference)
    await people[0].reload()
    again = [text for text in await bubbles(people[0]) if text in wanted]
    c.expect(again == (await logs())[1], expected="the order in which they are stored", seen="another order")
    c.expect([p.loads for p in people[1:]] == loads[1:], expected="no page load", seen="a page load")


@check("3.5", "Bob's line is cut, Alice writes three messages, Bob returns and has each once", files=[PAGE])
@since(3)
async def tunnel(c: CheckContext) -> None:
    alice, bob = await both_there(c)
    same_page = c.stays(bob)
    c.done("Bob's line was cut")
    await c.lab.cut(bob)
    texts = ["Are you still there?", "The baker has no dark bread.", "I took the rye."]
    for text in texts:
        await c.say(alice, text)
    missed = [text for text in await bubbles(bob) if text in texts]
    c.expect(not missed, expected="a page without these messages", seen=f"{missed} on a page without a line")
    c.done("Bob's line was fixed")
    await c.lab.fix(bob)
    await c.expect_text(bob.log("Messages"), texts[-1], "Bob's log")
    found = [text for text in await bubbles(bob) if text in texts]
    c.expect(found == texts, expected="all three, once, in order", seen=str(found))
    await c.say(alice, "Welcome back.")
    await c.expect_text(bob.log("Messages"), "Welcome back.", "Bob's log")
    same_page()


SCROLL_UP_JS = "log => { log.scrollTop = -log.scrollHeight; return log.scrollTop; }"


@check(
    "3.6",
    "A reader who has scrolled up stays there, and sees that there are new messages",
    files=[LOG_HOOK, CLIENT, TEMPLATE, "static/css/conversation.css"],
)
@since(3)
async def scrolled_up(c: CheckContext) -> None:
    alice, bob = await both_there(c)
    for number in range(1, 13):
        await c.say(alice, f"A long list, line {number}")
    await c.expect_text(bob.log("Messages"), "A long list, line 12", "Bob's log")
    c.done("Bob scrolled to the top of the log")
    top = await bob.log("Messages").evaluate(SCROLL_UP_JS)
    c.expect(top < -40, expected="a log that is longer than its window", seen=f"scrolled to {top}")
    await c.say(alice, "Below, one")
    await c.say(alice, "Below, two")
    button = bob.button("2 new messages")
    await c.expect_visible(button, "a button “2 new messages”")
    c.expect(
        await bob.log("Messages").evaluate("log => log.scrollTop < -40"),
        expected="a log that stays where Bob reads",
        seen="a log that has jumped to its end",
    )
    await c.click(bob, "2 new messages")
    await c.expect_gone(button)
    await c.say(alice, "Below, three")
    await c.expect_visible(bob.log("Messages").get_by_text("Below, three"))


@check("3.7", "The last line on the left follows", files=[PAGE, CONVERSATIONS])
@since(3)
async def last_line(c: CheckContext) -> None:
    # The list on the left is shown on wide screens only.
    alice = await c.person("Alice")
    await c.enter(alice, "User One")
    bob = await c.lab.person("Bob at a desk", viewport=(1100, 700))
    await c.enter(bob, "User Two")
    await c.send(alice, "Shall we say nine?")
    left = bob.page.get_by_role("navigation", name="Conversations")
    await c.expect_text(left, "User One: Shall we say nine?", "the list on the left")


@check("3.8", "A refused message is logged, and nothing is announced", files=[PAGE])
@since(3)
async def refused(c: CheckContext) -> None:
    alice, bob = await both_there(c)
    before = bob.mark()
    await c.send(alice, "   ")
    alert = alice.page.get_by_role("alert").filter(has_text="Write something first")
    await c.expect_visible(alert, "the reason, “Write something first”")
    await c.expect_soon(
        lambda: "could not send" in c.lab.log_text(), expected="a line in the server's log", seen="none"
    )
    # This message comes after any earlier broadcast.
    await c.say(alice, "With words this time")
    await c.expect_text(bob.log("Messages"), "With words this time", "Bob's log")
    diffs = [frame for frame in bob.frames_since(before) if frame.kind == "diff"]
    c.expect(len(diffs) == 1, expected="one announcement", seen=f"{len(diffs)} of them")


@check("3.9", "The page is tidy: clean console, unique ids, no sideways scrolling", files=[TEMPLATE, CLIENT])
@since(3)
async def tidy(c: CheckContext) -> None:
    alice, bob = await both_there(c)
    await c.say(alice, "w" * 120)
    await c.expect_text(bob.log("Messages"), "w" * 120, "Bob's log")
    for person in (alice, bob):
        await c.expect_tidy(person)
        await c.expect_no_overflow(person)

"""Chapter 8: the exercises."""

from __future__ import annotations

from course.checks import CheckContext, check, since
from course.lab.messenger import notifications
from course.lab.person.person import Person


async def expect_waiting(c: CheckContext, person: Person, number: int) -> None:
    """Wait for this number of badges in a person's list, and a number in the title if there are any."""
    await c.expect_count(person.page.locator("#conversation-list .badge"), number, "a badge")

    async def right() -> bool:
        return (await person.page.title()).startswith("(") == (number > 0)

    wanted = "a number in the title" if number else "a title without a number"
    await c.expect_soon(right, expected=wanted, seen=person.page.title)


@check(
    "8.a",
    "Mark all as read clears every badge, on all pages of one person",
    files=["messenger/chat/reading.py", "messenger/dashboard_live.py"],
    fresh=True,
)
@since(8)
async def caught_up(c: CheckContext) -> None:
    one = await c.begun("One", "Alice", "Bob", "Carol")
    await c.begun("Two", "Alice", "Bob", "Carol")
    alice = await c.signed_in("Alice", f"/conversations/{one}")
    await c.say(alice, "Have you heard?")
    bob, carol = await c.signed_in("Bob"), await c.signed_in("Carol")
    # Bob has two conversations that he has never opened, one message in them, and one in the seeded one.
    await expect_waiting(c, bob, 4)
    waiting = await carol.page.locator("#conversation-list .badge").count()
    second = await bob.context.new_page()
    await second.goto(bob.url)
    await c.click(bob, "Mark all as read")
    await expect_waiting(c, bob, 0)
    await c.expect_gone(bob.button("Mark all as read"), "the button, with nothing unread")
    await c.expect_count(second.locator("#conversation-list .badge"), 0, "a badge on his second page")
    await bob.reload()
    await expect_waiting(c, bob, 0)
    await expect_waiting(c, carol, waiting)
    await c.say(alice, "And this?")
    await expect_waiting(c, bob, 1)
    await c.expect_visible(bob.button("Mark all as read"))


@check("8.b", "Messages of one conversation share one notification", files=["static/service-worker.js"])
@since(8)
async def together(c: CheckContext) -> None:
    here = await c.begun("Many words", "Alice", "Bob")
    there = await c.begun("Few words", "Alice", "Bob")
    bob = await c.notified("Bob")
    alice = await c.signed_in("Alice", f"/conversations/{here}")

    async def expect_shown(*wanted: tuple[str, str]) -> None:
        async def shown() -> list[tuple[str, str]]:
            return [(one.title, one.body) for one in await notifications.shown(bob)]

        async def right() -> bool:
            found = dict(await shown())
            alike = all(words in found.get(title, "") for title, words in wanted)
            return len(await shown()) == len(wanted) and alike

        async def instead() -> str:
            return ", ".join(f"“{title}: {body}”" for title, body in await shown()) or "nothing"

        expected = " and ".join(f"“{title}” with “{words}”" for title, words in wanted)
        await c.expect_soon(right, expected=f"on Bob's desktop {expected}, and no other", seen=instead)

    await c.say(alice, "First")
    await expect_shown(("Many words", "Alice: First"))
    for number, text in ((2, "Second"), (3, "Third")):
        await c.say(alice, text)
        await expect_shown(("Many words", text))
        await expect_shown(("Many words", f"{number} new"))
    await c.visit(alice, f"/conversations/{there}")
    await c.say(alice, "Psst")
    await expect_shown(("Many words", "3 new"), ("Few words", "Alice: Psst"))
    c.done("Bob clicked the notification of “Many words”")
    await notifications.press(bob, "Many words")
    await c.expect_visible(bob.heading("Many words"), "the conversation")
    await expect_shown(("Few words", "Alice: Psst"))

"""Chapter 8: badges, the title, and the line at the first unread message.

See toasts.py for toasts."""

from __future__ import annotations

from playwright.async_api import Page

from course.checks import CheckContext, check, since

UNREAD = "messenger/unread.py"
SUMMARIES = "messenger/summaries.py"
READING = "messenger/reading.py"
MARKS = "messenger/chat/reading.py"
RUNS = "messenger/runs.py"
CONVERSATION = "messenger/conversation_live.py"
TEMPLATE = "messenger/templates/conversation_live.html"
DASHBOARD_TEMPLATE = "messenger/templates/dashboard_live.html"
LISTED = "messenger/listed.py"
LIST = "messenger/templates/conversations.html"
READING_HOOK = "static/hooks/reading.js"
TOASTS_TEMPLATE = "messenger/templates/toasts.html"
STYLE = "static/css/notifications.css"
MIGRATION = "messenger/migrations/versions/0006_reading.py"


async def expect_unread(c: CheckContext, page: Page, title: str, number: int, whose: str) -> None:
    """Wait until a page shows this number of unread messages for a conversation; for 0, no badge."""
    if number:
        await c.expect_text(c.entry(page, title), f"{number} unread", f"“{title}” on {whose}")
    else:
        badge = c.entry(page, title).filter(has_text="unread")
        await c.expect_gone(badge, f"the badge at “{title}” on {whose}")


async def expect_title(c: CheckContext, page: Page, title: str, whose: str) -> None:
    """Wait until a page has this title."""

    async def right() -> bool:
        return await page.title() == title

    await c.expect_soon(right, expected=f"the title “{title}” on {whose}", seen=page.title)


@check(
    "8.8",
    "Badges and the title count unread messages, correctly after any fault",
    files=[UNREAD, SUMMARIES, LISTED, MARKS],
    fresh=True,
)
@since(8)
async def counted(c: CheckContext) -> None:
    number = await c.begun("Counted", "Alice", "Bob")
    bob = await c.signed_in("Bob")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    # Alice's last message in the seeded conversation is unread.
    await expect_title(c, bob.page, "(1) Conversations · Parley", "Bob's dashboard")
    await c.expect_text(c.entry(bob.page, "Counted"), "New", "the conversation that Bob has never opened")
    await c.say(alice, "One")
    await expect_unread(c, bob.page, "Counted", 1, "Bob's dashboard")
    c.done("Bob's line was cut")
    await c.lab.cut(bob)
    await c.say(alice, "Two")
    await c.lab.fix(bob)
    await expect_unread(c, bob.page, "Counted", 2, "Bob's dashboard")
    await c.restart()
    await c.say(alice, "Three")
    await expect_unread(c, bob.page, "Counted", 3, "Bob's dashboard")
    await expect_title(c, bob.page, "(4) Conversations · Parley", "Bob's dashboard")
    await bob.reload()
    await expect_unread(c, bob.page, "Counted", 3, "Bob's dashboard, loaded again")
    await expect_unread(c, alice.page, "Counted", 0, "Alice's page")


@check(
    "8.9",
    "Reading takes the badge away, on every page of the reader and on no other's",
    files=[READING, READING_HOOK, MARKS, SUMMARIES],
)
@since(8)
async def read(c: CheckContext) -> None:
    number = await c.begun("To be read", "Alice", "Bob", "Carol")
    bob = await c.signed_in("Bob")
    await c.expect_text(c.entry(bob.page, "To be read"), "New", "what Bob has never opened")
    carol = await c.signed_in("Carol")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.say(alice, "Have you read it?")
    await expect_unread(c, bob.page, "To be read", 1, "Bob's dashboard")
    c.done("Bob opened the conversation on a second page")
    other = await bob.context.new_page()
    await other.goto(f"{bob.url}/conversations/{number}")
    await expect_unread(c, bob.page, "To be read", 0, "Bob's dashboard")
    await c.say(alice, "And this?")
    await c.expect_text(other.get_by_role("log"), "And this?", "Bob's other page")
    await c.expect_text(c.entry(bob.page, "To be read"), "And this?", "Bob's dashboard")
    await expect_unread(c, bob.page, "To be read", 0, "Bob's dashboard")
    await expect_unread(c, carol.page, "To be read", 2, "Carol's dashboard")
    await bob.reload()
    await expect_unread(c, bob.page, "To be read", 0, "Bob's dashboard, loaded again")


@check(
    "8.10",
    "A line “New messages” stands at the first unread one",
    files=[RUNS, TEMPLATE, CONVERSATION, MARKS],
)
@since(8)
async def lined(c: CheckContext) -> None:
    number = await c.begun("Where was I", "Alice", "Bob")
    bob = await c.signed_in("Bob")
    await c.expect_text(c.entry(bob.page, "Where was I"), "New", "what Bob has never opened")
    await c.visit(bob, f"/conversations/{number}")
    other = await bob.context.new_page()
    await other.goto(bob.url)
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.say(alice, "Known already")
    await c.expect_text(bob.log("Messages"), "Known already", "Bob's log")
    line = bob.page.get_by_role("separator").filter(has_text="New messages")
    await c.expect_gone(line, "a line above a message that is read when it arrives")
    # It counts as read a moment after it was shown. Then his dashboard is updated.
    await c.expect_text(c.entry(other, "Where was I"), "Known already", "Bob's dashboard")
    await expect_unread(c, other, "Where was I", 0, "Bob's dashboard")
    await c.visit(bob, "/")
    await c.say(alice, "Not known yet")
    await c.say(alice, "Nor this")
    await c.visit(bob, f"/conversations/{number}")
    first = bob.log("Messages").get_by_role("listitem").filter(has=line)
    await c.expect_text(first, "Not known yet", "the message below the line")
    await c.expect_count(line, 1, "the line")
    await c.expect_text(c.entry(other, "Where was I"), "Nor this", "Bob's dashboard")
    await expect_unread(c, other, "Where was I", 0, "Bob's dashboard")
    c.done("his line was cut, and fixed")
    await c.lab.cut(bob)
    await c.lab.fix(bob)
    await c.expect_text(first, "Not known yet", "the message below the line, after a cut")
    await c.expect_count(line, 1, "the line, after a cut")
    await bob.reload()
    await c.expect_gone(line, "the line, once all is read")


UNREAD_BY_BOB = """
    bob = await accounts.find_user_by_nickname("Bob")
    return sum(one.messages for one in (await chat.unread_of(bob.id)).values())
"""


@check(
    "8.12",
    "The migration keeps each member, and counts earlier messages as read",
    files=[MIGRATION, MARKS],
)
@since(8)
async def migrated(c: CheckContext) -> None:
    c.done("migrated a database in which people had written to each other")
    unread = await c.expect_kept("0005", "chat_conversation_members", then=UNREAD_BY_BOB)
    c.expect(unread == 0, expected="no unread message after the migration", seen=f"{unread} messages")


@check(
    "8.13",
    "The pages are tidy with badges, line and toast: clean console, unique ids, 360 px",
    files=[STYLE, DASHBOARD_TEMPLATE, TOASTS_TEMPLATE, LIST],
)
@since(8)
async def tidy(c: CheckContext) -> None:
    title = "A title that is rather long, as titles of conversations tend to be when many people chose it"
    number = await c.begun(title, "Alice", "Bob")
    bob = await c.lab.person("Bob on a phone", viewport=(360, 740))
    await c.sign_in(bob, "Bob")
    await c.visit(bob, "/")
    await c.expect_visible(bob.button("Enable notifications"))
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.say(alice, "w" * 120)
    await expect_unread(c, bob.page, title, 1, "Bob's dashboard")
    await c.expect_tidy(bob)
    await c.expect_no_overflow(bob)
    await c.visit(bob, "/conversations/2")
    await c.say(alice, "v" * 120)
    await c.expect_visible(
        bob.page.get_by_role("status", name="Elsewhere").get_by_role("listitem"), "a toast"
    )
    await c.expect_tidy(bob)
    await c.expect_no_overflow(bob)

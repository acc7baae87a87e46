"""Chapter 5: the dashboard, its list and its search. See creation.py for its form, owners.py for the rest."""

from __future__ import annotations

import re
from typing import Any

from course.checks import CheckContext, check, in_messenger, since

from .steps import create, dashboard, require_dashboard

VIEW = "messenger/dashboard_live.py"
TEMPLATE = "messenger/templates/dashboard_live.html"
MACROS = "messenger/templates/macros.html"
CONVERSATIONS = "messenger/chat/conversations.py"
SUMMARIES = "messenger/summaries.py"
LISTED = "messenger/listed.py"
LIST = "messenger/templates/conversations.html"
CONTACTS = "messenger/contacts.py"
FINDING = "messenger/accounts/contacts.py"
PAGES = "messenger/pages.py"
INDEX = "messenger/templates/index.html"
STYLE = "static/css/groups.css"
MIGRATION = "messenger/migrations/versions/0003_closing.py"

TABLES = ("chat_conversations", "chat_conversation_members", "chat_messages")


@check("5.1", "The landing page is a dashboard for a signed-in user", files=[PAGES, INDEX, VIEW, TEMPLATE])
@since(5)
async def landing(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.sign_in(alice, "Alice")
    html = await c.html_of(alice, "/")
    for text in ("Saturday hike", "New conversation"):
        c.expect(text in html, expected=f"“{text}” in the first HTML", seen="HTML without it")
    await c.visit(alice, "/")
    await c.expect_visible(alice.heading("Conversations"))
    await c.expect_visible(alice.heading("New conversation"))
    last_line = re.compile(r"Saturday hike \S+ (Alice|Bob|Carol): .")
    await c.expect_text(c.entry(alice.page, "Saturday hike"), last_line, "the entry of Saturday hike")
    bob = await c.person("Bob")
    html = await c.html_of(bob, "/")
    c.expect("New conversation" not in html, expected="nothing of it for a visitor", seen="the dashboard")


@check("5.2", "I am a member from the start; others are added and removed, each once", files=[VIEW, TEMPLATE])
@since(5)
async def choosing(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.expect_visible(alice.text("Alice (me)"))
    await c.expect_count(alice.button("Remove Alice"), 0, "a button to remove myself")
    await c.choose(alice, "Bob", "Carol")
    await c.click(alice, "Bob", times=2)
    await c.choose(alice, "User One")
    await c.expect_count(alice.button("Remove Bob"), 1, "Bob among the members")
    await c.click(alice, "Remove Bob")
    await c.expect_gone(alice.button("Remove Bob"), "Bob")
    await c.expect_visible(alice.button("Remove Carol"))


@check(
    "5.5",
    "The list follows: the most recent first, with last message and time",
    files=[VIEW, SUMMARIES, LISTED, CONVERSATIONS, LIST],
)
@since(5)
async def following(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    await c.choose(alice, "Bob")
    await create(c, alice, "Blue bicycles")
    first = alice.page.get_by_role("listitem").filter(has=alice.page.get_by_role("link")).first
    await c.expect_text(first, "Blue bicycles", "the first of the list")
    await c.expect_text(first, "No messages yet", "the first of the list")
    bob = await dashboard(c, "Bob")
    await c.visit(bob, str(await c.entry(bob.page, "Saturday hike").get_attribute("href")))
    await c.send(bob, "I have the tickets.")
    await c.expect_text(first, "Bob: I have the tickets.", "the first of Alice's list")
    await c.expect_text(first.get_by_role("time"), ":", "its time")
    c.done("Alice clicked Blue bicycles")
    await c.entry(alice.page, "Blue bicycles").click()
    await c.expect_visible(alice.heading("Blue bicycles"))
    await c.expect_visible(alice.textbox("Message"))


CROWD = in_messenger("""
    from sqlalchemy.ext.asyncio import AsyncSession
    users = [accounts.User(nickname=f"Walker {number:03}") for number in range(300)]
    users.append(accounts.User(nickname="Élodie"))
    for user in users:
        user.email, user.password_hash = f"{user.nickname.encode().hex()}@example.com", "none"
    async with AsyncSession(db.engine) as session, session.begin():
        session.add_all(users)
    """)


@check(
    "5.6",
    "Find people searches among many, and shows more on request",
    files=[CONTACTS, FINDING, MACROS],
    fresh=True,
)
@since(5)
async def finding(c: CheckContext) -> None:
    c.done("registered 301 more people")
    await c.in_app(CROWD, "the context accounts")
    alice = await dashboard(c, "Alice")
    people = alice.page.get_by_role("button").filter(has_text="Walker")
    at_first = await people.count()
    c.expect(0 < at_first < 50, expected="some of 300 walkers", seen=f"{at_first} of them")
    await c.click(alice, "More people")
    await c.expect_soon(lambda: more(people, at_first), expected="more of them", seen=f"still {at_first}")
    before = alice.mark()
    c.done("Alice typed “walker 27” into Find people, letter by letter")
    await alice.textbox("Find people").press_sequentially("walker 27", delay=20)
    await c.expect_count(people, 10, "the walkers 270 to 279")
    events = [frame for frame in alice.frames_since(before) if frame.kind == "event"]
    c.expect(
        len(events) < 5, expected="one question, or a few, for nine letters", seen=f"{len(events)} of them"
    )
    await c.choose(alice, "Walker 277")
    for text in ("élo", "%", "Nobody at all"):
        await c.fill(alice, "Find people", text)
        await c.expect_gone(people, "the walkers")
        await c.expect_count(alice.button("Élodie"), 1 if text == "élo" else 0, f"Élodie for “{text}”")
    await c.expect_visible(alice.button("Remove Walker 277"), "Walker 277 among the members")


async def more(people: Any, than: int) -> bool:
    """Return whether there are now more of them than before."""
    return int(await people.count()) > than


@check(
    "5.16", "The migration adds its column to existing conversations, and keeps each row", files=[MIGRATION]
)
@since(5)
async def migrated(c: CheckContext) -> None:
    c.done("migrated a database of chapter 4 that has conversations")
    body = "return [talk.title for talk in await chat.all_conversations() if talk.closed_at is not None]"
    closed = await c.expect_kept("0002", *TABLES, then=body)
    c.expect(not closed, expected="only open conversations", seen=f"closed: {', '.join(closed)}")


@check(
    "5.17", "The dashboard is tidy at 360 px and wide, and works by keyboard", files=[TEMPLATE, MACROS, STYLE]
)
@since(5)
async def tidy(c: CheckContext) -> None:
    bob = await c.person("Bob", viewport=(360, 740))
    await c.sign_in(bob, "Bob")
    await require_dashboard(c, bob)
    await c.visit(bob, "/")
    c.done("Bob chose Alice and took her out again, by keyboard")
    await bob.button("Alice").press("Enter")
    await c.expect_visible(bob.button("Remove Alice"))
    await bob.button("Remove Alice").press("Space")
    await c.expect_gone(bob.button("Remove Alice"), "Alice among the members")
    inside = await bob.page.evaluate("document.activeElement.closest('form') !== null")
    c.expect(inside, expected="the focus still in the form", seen="the focus lost with the button")
    await c.choose(bob, "Alice", "Carol")
    await create(c, bob, "w" * 90)
    await c.expect_tidy(bob)
    await c.expect_no_overflow(bob)
    await bob.page.set_viewport_size({"width": 1280, "height": 800})
    await c.expect_no_overflow(bob)

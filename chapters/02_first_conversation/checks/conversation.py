"""Chapter 2: a first conversation. Each check tests one point of the syllabus.

See storage.py for the database."""

from __future__ import annotations

from course.checks import CheckContext, check, since

APP = "messenger/__init__.py"
DB = "messenger/db.py"
CHAT = "messenger/chat/models.py"
CONVERSATIONS = "messenger/chat/conversations.py"
MESSAGES = "messenger/chat/messages.py"
PAGE = "messenger/conversation_live.py"
PAGES = "messenger/pages.py"
ONE = "/conversations/1/users/1"
TWO = "/conversations/1/users/2"


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
    await c.send(alice, "I bring <apples> & pears")
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
        await c.send(alice, text)
        alert = alice.page.get_by_role("alert").filter(has_text="Write something first")
        await c.expect_visible(alert, "the reason, “Write something first”")
        await c.expect_count(entries, before, "the earlier messages")
    await c.say(alice, "Now with words")
    await c.expect_gone(alert, "the earlier reason")


@check("2.8", "Messages are there after a refresh, and after kill -9", files=[MESSAGES, DB, PAGE])
@since(2)
async def persisted(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    await c.enter(alice, "User One")
    await c.enter(bob, "User Two")
    await c.say(alice, "Shall we take the early train?")
    await c.say(bob, "Better the one at nine.")
    c.done("both refreshed")
    for person in (alice, bob):
        await person.reload()
        await c.expect_text(person.log("Messages"), "Shall we take the early train?")
        await c.expect_text(person.log("Messages"), "Better the one at nine.")
    same_page = c.stays(alice)
    await c.restart()
    for person in (alice, bob):
        await c.expect_text(person.log("Messages"), "Better the one at nine.")
    same_page()


@check("2.9", "The other window does not update yet: the trouble of chapter 3", files=[PAGE])
@since(2, until=3)
async def other_window(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    await c.visit(alice, ONE)
    await c.visit(bob, TWO)
    before = bob.mark()
    await c.say(alice, "Bob, are you reading this?")
    # Bob's own message comes after hers: a broadcast of hers would have arrived before it.
    await c.say(bob, "It is quiet here.")
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

# From chapter 4 on the address does not contain a user.
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
    await c.say(alice, "Before the crash")
    same_page = c.stays(alice)
    await c.crash(alice)
    await c.expect_text(alice.log("Messages"), "Before the crash")
    await c.say(alice, "After the crash")
    same_page()


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
        await c.send(
            person,
            "A-word-that-is-longer-than-any-screen-of-a-telephone-is-wide-and-has-no-place-to-break" * 2,
        )
        await c.expect_text(person.log("Messages"), "A-word-that-is-longer")
        await c.expect_tidy(person)
        await c.expect_no_overflow(person)

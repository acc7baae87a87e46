"""Chapter 5: the rights of the owner of a conversation and of its members."""

from __future__ import annotations

import re

from course.checks import CheckContext, check, in_messenger, since
from course.checks.scripts import FIRST_WORDS
from course.lab.person.person import Person

VIEW = "messenger/conversation_live.py"
WINDOW = "messenger/settings.py"
TEMPLATE = "messenger/templates/conversation_live.html"
SETTINGS = "messenger/templates/settings.html"
ACTIONS = "messenger/actions.py"
RIGHTS = "messenger/chat/rights.py"
MESSAGES = "messenger/chat/messages.py"
TOPICS = "messenger/chat/topics.py"
DIALOG = "static/hooks/dialog.js"
STYLE = "static/css/groups.css"


async def with_settings_open(c: CheckContext, title: str, *names: str) -> list[Person]:
    """Begin a conversation of these people, the owner first, and open its settings for each."""
    number = await c.begun(title, *names, words=FIRST_WORDS)
    people = await c.people(*names)
    for person in people:
        await c.enter(person, person.name, number)
        await c.click(person, "Members and settings")
        await c.expect_visible(person.text("Leave this conversation"), "the content of the window")
    return people


async def said(c: CheckContext, person: Person, text: str) -> None:
    """Close the window of settings if it is open, and send a message."""
    if await person.button("Done").is_visible():
        await c.click(person, "Done")
    await c.say(person, text)


async def unfold(c: CheckContext, person: Person, summary: str) -> None:
    """Click a summary, which shows the explanation and the button of an action."""
    c.done(f"{person.name} unfolded “{summary}”")
    await person.page.get_by_text(summary, exact=True).click()


@check(
    "5.10",
    "The owner renames a conversation, and everyone sees it",
    files=[RIGHTS, ACTIONS, WINDOW, VIEW, SETTINGS],
)
@since(5)
async def renaming(c: CheckContext) -> None:
    alice, bob = await with_settings_open(c, "Old boots", "Alice", "Bob")
    await c.expect_count(bob.button("Rename"), 0, "a button to rename, for Bob")
    for title, reason in (("   ", "Give the conversation a title."), ("x" * 101, "100 characters at most.")):
        await alice.textbox("Title").fill(title)
        await c.click(alice, "Rename")
        await c.expect_text(alice.page.get_by_role("alert"), reason, "the reason")
        await c.expect_value(alice.textbox("Title"), title)
    await c.fill(alice, "Title", "  New   <i>boots</i> ")
    await c.click(alice, "Rename")
    for person in (alice, bob):
        await c.expect_visible(person.page.locator("h1").filter(has_text="New <i>boots</i>"), "the new title")
        await c.expect_visible(person.button("Done"), "the window still open")
    title = await bob.page.title()
    # In later chapters the number of unread messages stands before the title.
    right = re.match(r"(\(\d+\) )?New <i>boots</i>", title) is not None
    c.expect(right, expected="the new title of the page", seen=title)


@check(
    "5.11",
    "The owner adds and removes members; a removed member's page ends at once",
    files=[RIGHTS, ACTIONS, WINDOW, VIEW],
)
@since(5)
async def adding_and_removing(c: CheckContext) -> None:
    alice, bob = await with_settings_open(c, "Three in a boat", "Alice", "Bob")
    carol = await c.person("Carol")
    address = alice.page.url.removeprefix(alice.url)
    await c.sign_in(carol, "Carol")
    refused = await c.status_of(carol, address)
    c.expect(refused == 404, expected="404 for Carol", seen=str(refused))
    await c.click(alice, "Carol")
    await c.expect_visible(alice.button("Remove Carol"))
    await c.expect_gone(alice.button("Carol"), "Carol among those who can be added")
    await c.expect_text(bob.page.locator("main header").first, "Carol", "the header of Bob's page")
    await c.visit(carol, address)
    loads = carol.loads
    await c.click(alice, "Remove Carol")
    await c.expect_text(carol.page.get_by_role("status"), "no longer in “Three in a boat”", "Carol's page")
    await c.expect_soon(
        lambda: carol.loads == loads + 1, expected="Carol on another page", seen="no page load, or several"
    )
    await carol.live()
    mark = carol.mark()
    await said(c, alice, "Only two in a boat now")
    await c.expect_text(bob.log("Messages"), "Only two in a boat now", "Bob's log")
    # The reply to this request comes after any earlier broadcast to Carol's page.
    await c.fill(carol, "Find people", "Bob")
    await c.expect_frame(carol, mark, lambda frame: frame.kind == "reply", "an answer on Carol's socket")
    told = [frame for frame in carol.frames_since(mark) if "Only two" in str(frame.payload)]
    c.expect(not told, expected="nothing of it on Carol's socket", seen=f"{len(told)} frames with it")
    gone = await c.status_of(carol, address)
    c.expect(gone == 404, expected="404 for Carol", seen=str(gone))


@check(
    "5.12",
    "In a closed conversation nobody can write; a half-written message stays",
    files=[RIGHTS, MESSAGES, TEMPLATE, VIEW],
)
@since(5)
async def closing(c: CheckContext) -> None:
    alice, bob = await with_settings_open(c, "Lost umbrella", "Alice", "Bob")
    # An unfolded part stays open when a message arrives.
    await unfold(c, alice, "Close this conversation")
    await said(c, bob, "Is it the green one?")
    await c.fill(bob, "Message", "I have half a sentence")
    await c.expect_text(alice.log("Messages"), "Is it the green one?", "Alice's log")
    await c.click(alice, "Close conversation")
    for person in (alice, bob):
        await c.expect_visible(person.text("Closed since"), "the text “Closed since”")
    await c.expect_gone(alice.textbox("Message"), "Alice's empty field")
    await c.expect_soon(bob.button("Send").is_disabled, expected="Send disabled", seen="enabled")
    await c.expect_value(bob.textbox("Message"), "I have half a sentence")
    answer = await c.push(bob, "send", {"content": "Through the window"})
    c.expect("is closed" in answer, expected="a refusal of what was sent by hand", seen=answer[:80])
    answer = await c.push(alice, "rename", {"title": "Still mine"})
    c.expect("is closed" in answer, expected="a refusal to rename it", seen=answer[:80])
    await c.click(alice, "Open again")
    await c.expect_soon(bob.button("Send").is_enabled, expected="Send enabled", seen="disabled")
    await c.click(bob, "Send")
    await c.expect_text(bob.log("Messages"), "I have half a sentence", "Bob's log")
    told = await bob.log("Messages").inner_text()
    c.expect("Through the window" not in told, expected="a log without it", seen="what was sent by hand")


IDS = """
return [(await accounts.find_user_by_nickname(name)).id for name in ("Alice", "Bob", "Carol")]
"""


@check(
    "5.13",
    "The owner's actions are refused to others on the server, and logged",
    files=[RIGHTS, ACTIONS, WINDOW, VIEW],
)
@since(5)
async def forged(c: CheckContext) -> None:
    alice, bob = await with_settings_open(c, "Not yours", "Alice", "Bob")
    me, him, her = await c.in_app(in_messenger(IDS), "the context accounts")
    forgeries = {
        "rename": {"title": "Mine now"},
        "close": {},
        "reopen": {},
        "add": {"id": her},
        "remove": {"id": me},
        "hand-over": {"id": him},
    }
    for event, value in forgeries.items():
        answer = await c.push(bob, event, value)
        first = "Only the owner" in answer or event != "rename"
        c.expect(first, expected="“Only the owner can do this.”", seen=answer[:80])
    await bob.reload()
    await c.expect_visible(bob.page.locator("h1").filter(has_text="Not yours"), "the earlier title")
    await c.expect_count(bob.page.locator("main header").first.get_by_text("Carol"), 0, "Carol")
    await said(c, bob, "It is still open")
    await c.expect_visible(alice.button("Rename"), "Alice still the owner")
    refusals = c.lab.log_text().count("was refused in conversation")
    c.expect(refusals >= len(forgeries), expected=f"{len(forgeries)} lines in the log", seen=f"{refusals}")
    for event, number in (("add", 999999), ("add", him), ("remove", me), ("remove", her), ("hand-over", her)):
        await c.push(alice, event, {"id": number})
    await alice.reload()
    await c.click(alice, "Members and settings")
    await c.expect_visible(alice.button("Remove Bob"))
    await c.expect_visible(alice.button("Rename"), "Alice still the owner")


@check(
    "5.14",
    "Members leave; the owner hands over, or the first member becomes the owner",
    files=[RIGHTS, SETTINGS, WINDOW, VIEW],
)
@since(5)
async def leaving(c: CheckContext) -> None:
    alice, bob, carol = await with_settings_open(c, "Relay", "Alice", "Bob", "Carol")
    await c.click(alice, "Make Carol the owner")
    await c.expect_visible(carol.button("Rename"), "Carol the owner")
    await c.expect_gone(alice.button("Rename"), "Alice's button to rename")
    await unfold(c, carol, "Leave this conversation")
    await c.expect_visible(carol.text("Alice becomes the owner"), "the next owner")
    await c.click(carol, "Leave")
    await c.expect_text(carol.page.get_by_role("status"), "no longer in “Relay”", "Carol's page")
    await c.expect_visible(alice.button("Remove Bob"), "Alice the owner")
    await unfold(c, bob, "Leave this conversation")
    await c.click(bob, "Leave")
    await c.expect_text(bob.page.get_by_role("status"), "no longer in “Relay”", "Bob's page")
    await c.expect_gone(alice.button("Remove Bob"), "Bob among the members")
    await unfold(c, alice, "Leave this conversation")
    await c.expect_visible(alice.text("The conversation is deleted"), "what happens when nobody is left")


@check(
    "5.15",
    "The window of settings works by keyboard, stays open, and fits into 360 px",
    files=[DIALOG, SETTINGS, STYLE],
)
@since(5)
async def keyboard(c: CheckContext) -> None:
    [alice] = await with_settings_open(c, "Narrow", "Alice")
    await alice.page.set_viewport_size({"width": 360, "height": 640})
    await c.expect_tidy(alice)
    await c.expect_no_overflow(alice)
    c.done("Alice pressed Escape, then Enter on Members and settings")
    await alice.page.keyboard.press("Escape")
    await c.expect_gone(alice.button("Done"), "the window")
    focused = await alice.page.evaluate("document.activeElement.id")
    c.expect(focused == "open-settings", expected="the focus back on the button", seen=f"on #{focused}")
    await alice.page.keyboard.press("Enter")
    await c.expect_visible(alice.button("Done"))
    await alice.button("Bob").press("Enter")
    await c.expect_visible(alice.button("Remove Bob"))
    inside = await alice.page.evaluate("document.activeElement.closest('dialog[open]') !== null")
    c.expect(inside, expected="the focus within the window", seen="the focus lost")
    await alice.button("Remove Bob").press("Enter")
    await c.expect_visible(alice.button("Bob"))
    await c.expect_visible(alice.button("Done"), "the window still open")
    await c.expect_no_overflow(alice)

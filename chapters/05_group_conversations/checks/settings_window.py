"""Chapter 5: the window of settings with many members, and its state after faults."""

from __future__ import annotations

from functools import partial

from course.checks import CheckContext, check, in_messenger, since

VIEW = "messenger/conversation_live.py"
WINDOW = "messenger/settings.py"
PLACES = "messenger/chat/places.py"
MEMBERS = "messenger/members.py"
TEMPLATE = "messenger/templates/conversation_live.html"
SETTINGS = "messenger/templates/settings.html"
DIALOG = "static/hooks/dialog.js"
CLIENT = "static/app.js"

# The two pages differ in a few names and numbers.
ALIKE = 500

CHOIRS = in_messenger("""
    alice = await accounts.find_user_by_nickname("Alice")
    singers = [await accounts.create_user(f"Singer {number}") for number in range(101, 221)]
    begun = [await chat.create_conversation("A choir", alice, others) for others in (singers[:1], singers)]
    return [conversation.id for conversation in begun]
""")


@check(
    "5.19",
    "A page is as long for many members as for few; its window shows fifty, and finds the others",
    files=[PLACES, MEMBERS, WINDOW, VIEW, TEMPLATE, SETTINGS],
    fresh=True,
)
@since(5)
async def crowded(c: CheckContext) -> None:
    c.done("Alice began a conversation with one other person, and one with 120")
    duet, choir = await c.in_app(CHOIRS, "the contexts accounts and chat")
    alice = await c.signed_in("Alice", f"/conversations/{choir}")
    header = alice.page.locator("section header").first
    await c.expect_text(header, "Alice (you), Singer 101, Singer 102 and 118 others", "the header")
    few, many = [len(await c.html_of(alice, f"/conversations/{number}")) for number in (duet, choir)]
    c.expect(
        abs(many - few) < ALIKE,
        expected="two pages of the same length, or nearly",
        seen=f"one for 121 members that is {many / few:.1f} times as long as one for 2",
    )
    await c.click(alice, "Members and settings")
    listed = alice.page.get_by_role("list", name="Members").get_by_role("listitem")
    await c.expect_count(listed, 50, "a member in the list")
    await c.click(alice, "More members")
    await c.expect_count(listed, 100, "a member in the list")
    await c.fill(alice, "Find a member", "ger 21")
    await c.expect_count(listed, 10, "a member in the list")
    await c.expect_visible(alice.button("Remove Singer 219"))
    await c.click(alice, "Done")
    await c.expect_count(alice.page.locator("#places"), 0, "a list of members in the closed window")


@check(
    "5.20",
    "Unsaved input in the window stays when it is closed, and through every fault",
    files=[DIALOG, CLIENT, WINDOW, SETTINGS],
)
@since(5)
async def begun(c: CheckContext) -> None:
    number = await c.begun("Half a title", "Alice", "Bob")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.click(alice, "Members and settings")
    await c.fill(alice, "Title", "A whole")
    same_page = c.stays(alice)
    for happen in (c.restart, partial(c.reconnect, alice), partial(c.crash, alice)):
        mark = alice.mark()
        await happen()
        await c.expect_frame(alice, mark, lambda frame: frame.kind == "join", "a new join")
        await c.expect_visible(alice.button("Remove Bob"), "the window as it was")
        await c.expect_value(alice.textbox("Title"), "A whole")
    c.done("Alice pressed Escape")
    await alice.page.keyboard.press("Escape")
    await c.expect_gone(alice.button("Done"), "the window")
    await c.reconnect(alice)
    await c.click(alice, "Members and settings")
    await c.expect_value(alice.textbox("Title"), "A whole")
    await c.fill(alice, "Title", "A whole title")
    await c.click(alice, "Rename")
    await c.expect_visible(alice.page.locator("h1").filter(has_text="A whole title"), "the new title")
    same_page()

"""Chapter 7: a search in the address, and recent searches stashed for every device of a user."""

from __future__ import annotations

from course.checks import CheckContext, check, in_messenger, since

SEARCH = "messenger/search_live.py"
SEARCH_TEMPLATE = "messenger/templates/search_live.html"
SEARCHING = "messenger/chat/searching.py"
APP = "messenger/__init__.py"
SIGNING_IN = "messenger/signing_in.py"


@check(
    "7.9",
    "A search stands in the address: for refresh, back, and a friend",
    files=[SEARCH, SEARCH_TEMPLATE, SEARCHING],
)
@since(7)
async def address(c: CheckContext) -> None:
    number = await c.begun("Needles and hay", "Alice", "Bob", "Carol")
    for name in ("Alice", "Bob"):
        said = f"""
            me = await accounts.find_user_by_nickname({name!r})
            await chat.send_message({number}, me.id, "A needle of {name}'s in the hay")
        """
        await c.in_app(in_messenger(said), "a message")
    alice, bob = await c.signed_in("Alice", "/search"), await c.signed_in("Bob", "/")
    found = alice.page.get_by_role("list", name="Found").get_by_role("listitem")
    same_page = c.stays(alice)
    await c.fill(alice, "Words", "hay needle")
    await c.expect_count(found, 2, "message found")
    await c.click(alice, "By others")
    await c.expect_count(found, 1, "message found")
    await c.expect_text(found, "Bob's", "what was found")
    same_page()
    await c.reconnect(alice)
    await c.expect_value(alice.textbox("Words"), "hay needle")
    await c.expect_text(found, "Bob's", "what was found")
    await alice.reload()
    await c.expect_value(alice.textbox("Words"), "hay needle")
    await c.expect_text(found, "Bob's", "what was found after a refresh")
    shared = alice.page.url.removeprefix(alice.url)
    await c.visit(bob, shared)
    there = bob.page.get_by_role("list", name="Found").get_by_role("listitem")
    await c.expect_text(there, "Alice's", "what Bob finds at the same address")
    c.done("Alice went back")
    await alice.page.go_back()
    await c.expect_count(found, 2, "message found")


@check(
    "7.12",
    "Recent searches are on every device of a user, and on nobody else's",
    files=[SEARCH, SEARCH_TEMPLATE, APP, SIGNING_IN],
)
@since(7)
async def stash(c: CheckContext) -> None:
    alice = await c.signed_in("Alice", "/search")
    for words in ("map", "rope"):
        await c.fill(alice, "Words", words)
        await c.click(alice, "Search")
        await c.expect_visible(alice.link(words))
    await c.expect_first_html(alice, "/search", "rope")
    await c.restart()
    phone = await c.signed_in("Alice", "/search", "Alice's telephone")
    recent = phone.page.locator("#recent li")
    await c.expect_text(recent.first, "rope", "the newest search")
    await c.expect_text(recent.nth(1), "map", "the one before")
    bob = await c.signed_in("Bob", "/search")
    await c.expect_count(bob.link("rope"), 0, "a search of Alice's on Bob's page")

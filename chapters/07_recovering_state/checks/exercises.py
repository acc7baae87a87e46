"""Chapter 7: the exercises."""

from __future__ import annotations

from course.checks import CheckContext, check, since


@check("7.a", "The browser's back button goes one step back", files=["messenger/wizard_live.py"])
@since(7)
async def steps_in_the_address(c: CheckContext) -> None:
    alice = await c.signed_in("Alice", "/conversations/new")
    same_page = c.stays(alice)
    bob = alice.page.get_by_role("checkbox", name="Bob")
    c.done("Alice ticked Bob")
    await bob.check()
    await c.click(alice, "Next")
    await c.fill(alice, "What is it called?", "To and fro")
    await c.click(alice, "Next")
    await c.expect_visible(alice.button("Begin"))
    c.done("Alice went back in her browser")
    await alice.page.go_back()
    await c.expect_value(alice.textbox("What is it called?"), "To and fro")
    c.done("Alice went back once more")
    await alice.page.go_back()
    await c.expect_soon(bob.is_checked, expected="Bob, ticked", seen="Bob without a tick")
    c.done("Alice went forward")
    await alice.page.go_forward()
    await c.expect_value(alice.textbox("What is it called?"), "To and fro")
    await c.reconnect(alice)
    await c.expect_value(alice.textbox("What is it called?"), "To and fro")
    same_page()


@check(
    "7.b",
    "Forget my searches forgets them on every device",
    files=["messenger/search_live.py", "messenger/templates/search_live.html"],
)
@since(7)
async def forgetting(c: CheckContext) -> None:
    alice = await c.signed_in("Alice", "/search")
    phone = await c.signed_in("Alice", "/search", "Alice's telephone")
    await c.fill(alice, "Words", "a surprise")
    await c.click(alice, "Search")
    await c.expect_visible(alice.link("a surprise"))
    await c.click(alice, "Forget my searches")
    await c.expect_gone(alice.link("a surprise"))
    await c.expect_gone(alice.button("Forget my searches"))
    await c.expect_first_html(alice, "/search", "a surprise", gone=True)
    await c.restart()
    await c.visit(phone, "/search")
    await c.expect_count(phone.link("a surprise"), 0, "the search, on the telephone")
    await c.fill(phone, "Words", "the map")
    await c.click(phone, "Search")
    await c.expect_visible(phone.link("the map"))
    await c.expect_first_html(alice, "/search", "the map")
    await c.visit(alice, "/search")
    await c.expect_visible(alice.link("the map"), "the later search, on every device again")

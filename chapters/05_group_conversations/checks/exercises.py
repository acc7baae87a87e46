"""Chapter 5: the exercises."""

from __future__ import annotations

from course.checks import CheckContext, check, since

from .steps import create, dashboard

VIEW = "messenger/dashboard_live.py"
TEMPLATE = "messenger/templates/dashboard_live.html"
TOPICS = "messenger/chat/topics.py"


@check("5.a", "Every member sees a new conversation at once", files=[VIEW, TOPICS])
@since(5)
async def announced(c: CheckContext) -> None:
    alice, bob, carol = [await dashboard(c, name) for name in ("Alice", "Bob", "Carol")]
    same_page = c.stays(bob)
    await c.choose(alice, "Bob")
    await create(c, alice, "Hear ye")
    await c.expect_visible(c.entry(bob.page, "Hear ye"), "“Hear ye” in Bob's list")
    await c.expect_count(c.entry(alice.page, "Hear ye"), 1, "“Hear ye” in Alice's list")
    same_page()
    # This broadcast to Carol's page comes after any earlier one.
    await c.choose(alice, "Carol")
    await create(c, alice, "For Carol")
    await c.expect_visible(c.entry(carol.page, "For Carol"), "“For Carol” in Carol's list")
    await c.expect_count(c.entry(carol.page, "Hear ye"), 0, "“Hear ye” in Carol's list")


@check("5.b", "An empty title field shows the name that the conversation will get", files=[VIEW, TEMPLATE])
@since(5)
async def suggested(c: CheckContext) -> None:
    alice = await dashboard(c, "Alice")
    title = alice.textbox("Title (optional)")

    async def expect_suggestion(text: str) -> None:
        async def shown() -> bool:
            return (await title.get_attribute("placeholder") or "") == text

        await c.expect_soon(
            shown, expected=f"“{text}” in grey", seen=lambda: title.get_attribute("placeholder")
        )

    await c.choose(alice, "Bob")
    await expect_suggestion("Alice, Bob")
    await c.choose(alice, "Carol")
    await expect_suggestion("Alice, Bob, Carol")
    await c.click(alice, "Remove Bob")
    await expect_suggestion("Alice, Carol")
    await c.click(alice, "Remove Carol")
    await expect_suggestion("")
    await c.choose(alice, "Carol")
    await create(c, alice, "", shown="Alice, Carol")

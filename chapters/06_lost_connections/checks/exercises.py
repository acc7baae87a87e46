"""Chapter 6: the exercises."""

from __future__ import annotations

from course.checks import CheckContext, check, in_messenger, since

HIKE = 2

CALLED = in_messenger("""
    talks = await chat.all_conversations()
    return [talk.title for talk in talks].count("Begun in a tunnel")
""")


@check("6.a", "The bar counts the seconds", files=["static/connection.js"])
@since(6)
async def seconds(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await alice.page.clock.install()
    await c.enter(alice, "Alice", HIKE)
    bar = alice.page.get_by_role("status").filter(has_text="Reconnecting…")
    for interruption in ("was cut", "was cut again"):
        await c.stop_clock(alice)
        c.done(f"the line {interruption}")
        await c.lab.cut(alice)
        await alice.page.clock.run_for(2_100)
        await c.expect_text(bar, "Reconnecting… 2 s", "the bar after two seconds")
        c.done("five seconds passed")
        await alice.page.clock.run_for(5_000)
        await c.expect_text(bar, "Reconnecting… 7 s", "the bar five seconds later")
        c.done("the line was fixed")
        await alice.page.clock.resume()
        await c.lab.fix(alice)
        await c.expect_count(bar, 0, "the bar")


@check(
    "6.b",
    "A conversation is begun once, also when Create is pressed again",
    files=["messenger/chat/groups.py", "messenger/dashboard_live.py", "messenger/new_conversation.py"],
)
@since(6)
async def begun_once(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/")
    await c.click(alice, "Bob")
    await c.expect_visible(alice.button("Remove Bob"))
    await c.fill(alice, "Title (optional)", "Begun in a tunnel")
    c.done("no answer came through to Alice")
    await c.lab.deafen(alice)
    await c.click(alice, "Create")

    async def stored() -> bool:
        return bool(await c.in_app(CALLED, "the context chat") == 1)

    await c.expect_soon(stored, expected="a conversation that is stored", seen="none")
    await c.reconnect(alice)
    await c.expect_value(alice.textbox("Title (optional)"), "Begun in a tunnel")
    await c.expect_visible(alice.button("Remove Bob"))
    await c.click(alice, "Create")
    await c.expect_visible(alice.text("“Begun in a tunnel” has begun."))
    number = await c.in_app(CALLED, "the context chat")
    c.expect(number == 1, expected="one conversation", seen=f"{number} of them")
    c.done("Alice began another one with the same title")
    await c.click(alice, "Bob")
    await c.fill(alice, "Title (optional)", "Begun in a tunnel")
    await c.click(alice, "Create")
    entries = alice.page.get_by_role("link").filter(has_text="Begun in a tunnel")
    await c.expect_count(entries, 2, "an entry of the list")

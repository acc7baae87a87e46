"""Chapter 3: the exercises."""

from __future__ import annotations

from course.checks import CheckContext, check, since

PAGE = "messenger/conversation_live.py"
TEMPLATE = "messenger/templates/conversation_live.html"


@check("3.a", "A message in another conversation moves it to the top", files=[PAGE], fresh=True)
@since(3)
async def other_conversations(c: CheckContext) -> None:
    bob = await c.person("Bob")
    await c.enter(bob, "User Two")
    number = await c.begun("Sunday hike", "User Two", "User One")
    alice = await c.lab.person("Alice at a desk", viewport=(1100, 700))
    await c.enter(bob, "User Two", number)
    await c.enter(alice, "User One")
    await c.say(alice, "Here first")
    await c.say(bob, "Up the hill at ten")
    left = alice.page.get_by_role("navigation", name="Conversations")
    await c.expect_text(left, "User Two: Up the hill at ten", "Alice's list on the left")
    await c.expect_text(left.get_by_role("listitem").first, "Sunday hike", "its first entry")
    told = await alice.log("Messages").inner_text()
    c.expect("Up the hill" not in told, expected="a log without it", seen="the other conversation's message")


@check("3.b", "The people on a page see who has joined them", files=[PAGE, TEMPLATE])
@since(3)
async def who_has_come(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    await c.enter(alice, "User One")
    await c.enter(bob, "User Two")
    await c.expect_text(alice.page.locator("main"), "User Two is here.", "Alice's page")
    page = await bob.page.locator("main").inner_text()
    c.expect("User Two is here." not in page, expected="nothing about himself on Bob's page", seen="the line")

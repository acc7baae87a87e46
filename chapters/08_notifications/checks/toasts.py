"""Chapter 8: toasts."""

from __future__ import annotations

from course.checks import CheckContext, check, since
from course.lab.person.person import Person

CONVERSATION = "messenger/conversation_live.py"
TOASTS = "messenger/toasts.py"
TOASTS_TEMPLATE = "messenger/templates/toasts.html"
TOAST_HOOK = "static/hooks/toast.js"
STYLE = "static/css/notifications.css"


@check(
    "8.11",
    "A toast shows a message from another conversation, closes by keyboard, and covers nothing",
    files=[TOASTS, TOASTS_TEMPLATE, TOAST_HOOK, STYLE, CONVERSATION],
)
@since(8)
async def toasts(c: CheckContext) -> None:
    number = await c.begun("Elsewhere", "Alice", "Bob", "Carol")
    bob = await c.person("Bob")
    await bob.page.clock.install()
    await c.sign_in(bob, "Bob")
    await c.visit(bob, "/conversations/2")
    carol = await c.notified("Carol", "/conversations/2")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    await c.say(alice, "Psst")
    corner = bob.page.get_by_role("status", name="Elsewhere")
    await c.expect_text(corner, "Alice: Psst", "the corner of Bob's page")
    await expect_free(c, bob)
    c.done("Bob pressed Escape")
    await bob.page.keyboard.press("Escape")
    await c.expect_gone(corner.get_by_role("listitem"), "the toast")
    await c.say(alice, "Once more")
    await c.expect_text(corner, "Alice: Once more", "the corner of Bob's page")
    c.done("Bob pressed Enter on Dismiss")
    await corner.get_by_role("button", name="Dismiss").press("Enter")
    await c.expect_gone(corner.get_by_role("listitem"), "the toast")
    await c.say(alice, "This one goes by itself")
    toast = corner.get_by_role("listitem")
    await c.expect_visible(toast, "a toast")
    c.done("its time was over")
    await bob.page.clock.fast_forward(8_000)
    await c.expect_gone(toast, "the toast")
    await c.say(alice, "And this one leads there")
    c.done("Bob clicked the toast")
    await toast.get_by_role("link").click()
    await c.expect_visible(bob.heading("Elsewhere"), "the conversation")
    # Carol's browser shows notifications, so she gets no toast.
    texts = ("Psst", "Once more", "This one goes by itself", "And this one leads there")
    await c.expect_told(carol, *[("Elsewhere", f"Alice: {text}") for text in texts])
    told = carol.page.get_by_role("status", name="Elsewhere").get_by_role("listitem")
    c.expect(await told.count() == 0, expected="no toast where notifications are on", seen="a toast")


async def expect_free(c: CheckContext, person: Person) -> None:
    """Expect that the toast covers no part of the composer."""
    toast = await person.page.get_by_role("status", name="Elsewhere").get_by_role("listitem").bounding_box()
    composer = await person.page.locator("#composer").bounding_box()
    assert toast is not None and composer is not None
    bottom = toast["y"] + toast["height"]
    c.expect(bottom <= composer["y"], expected="a toast above the composer", seen="one that lies over it")

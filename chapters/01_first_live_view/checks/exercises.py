"""Chapter 1: the exercises."""

from __future__ import annotations

import re

from course.checks import CheckContext, check, since

from .steps import clicks, counted

COUNTER = "messenger/counter_live.py"


@check("1.a", "Reset sets the count back, and leaves the ticks alone", files=[COUNTER])
@since(1)
async def reset(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    await c.click(alice, "Increment", times=2)
    await c.expect_text(clicks(alice), counted(2), "the line that counts")
    await c.expect_visible(alice.text("Keys held"), "the keys of the last click")
    ticked = alice.text(re.compile(r"ticked [1-9]\d* times"))
    c.done("waited for the first tick")
    c.patience += 5  # the counter ticks every few seconds
    await c.expect_visible(ticked, "a tick")
    await c.click(alice, "Reset")
    await c.expect_text(clicks(alice), counted(0), "the line that counts")
    await c.expect_gone(alice.text("Keys held"), "the keys of the last click")
    await c.expect_visible(ticked, "the ticks, as many as before or more")


@check("1.b", "Each press of Arrow Up counts as one more click", files=[COUNTER])
@since(1)
async def arrow_up(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    for key, times in (("ArrowUp", 1), ("ArrowDown", 1), ("a", 1), ("ArrowUp", 2)):
        c.done(f"Alice pressed {key}")
        await alice.page.keyboard.press(key)
        await c.expect_text(clicks(alice), counted(times), "the line that counts")
    await c.click(alice, "Increment")
    await c.expect_text(clicks(alice), counted(3), "the line that counts")
    await c.visit(alice, "/")
    c.done("Alice pressed ArrowUp")
    await alice.page.keyboard.press("ArrowUp")
    await c.expect_count(alice.text(counted(1)), 2, f"a counter that says “{counted(1)}”")

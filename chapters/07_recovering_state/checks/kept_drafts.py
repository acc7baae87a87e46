"""Chapter 7: drafts typed before the join, without a pause, and in a tab that is closed."""

from __future__ import annotations

import json
from functools import partial

from course.checks import CheckContext, check, in_messenger, since
from course.lab.person.person import Person

DRAFT = "static/hooks/draft.js"
DRAFTING = "messenger/drafting.py"
JOINING = "static/joining.js"
CLIENT = "static/app.js"
TEXT = "static/text.js"
TEMPLATE = "messenger/templates/conversation_live.html"

# Seconds for each direction. The page comes at once; its scripts and the join need several round trips.
SLOW = 0.2
UNJOINED_JS = "() => document.querySelector('.phx-connected') === null"
# A letter each 40 ms without a pause; typed by the page itself, so that a busy machine makes no pause either.
TYPING_JS = """(field) => {
  let letters = 0;
  window.typing = setInterval(() => {
    field.value += ++letters % 10;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, 40);
}"""
# The last letters, with nothing between them and the end of the tab.
LAST_LETTERS_JS = """(field) => {
  clearInterval(window.typing);
  field.value = "The last letters of a tab";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


async def draft_in(c: CheckContext, number: int) -> str:
    """Return Alice's draft in the database."""
    kept = in_messenger(f"""
        me = await accounts.find_user_by_nickname("Alice")
        return await chat.draft_of({number}, me.id)
    """)
    return str(await c.in_app(kept, "a draft in the database"))


async def is_kept(c: CheckContext, number: int, text: str) -> bool:
    """Return whether this is Alice's draft in the database."""
    return await draft_in(c, number) == text


@check(
    "7.15",
    "A text typed before the join is kept as a draft, and “Draft kept” is true",
    files=[DRAFT, DRAFTING, TEMPLATE, CLIENT],
)
@since(7)
async def typed_early(c: CheckContext) -> None:
    number = await c.begun("Slow train", "Alice", "Bob")
    path = f"/conversations/{number}"
    alice = await c.signed_in("Alice", path)
    for before, added, after in (("", "I am on", "I am on"), ("I am on", " the train", "I am on the train")):
        await c.visit(alice, "/")
        c.done(f"Alice opened {path} over a slow line and wrote “{added}”")
        alice.network.delay(SLOW)
        await alice.page.goto(alice.url + path, wait_until="commit")
        field = alice.page.locator("#composer textarea")
        await c.expect_value(field, before)
        await field.press("End")
        await field.press_sequentially(added)
        early = await alice.page.evaluate(UNJOINED_JS)
        c.expect(early, expected="a page whose view has not joined yet", seen="one that has")
        await alice.live()
        await alice.network.fix()
        await c.expect_value(field, after)
        await c.expect_visible(alice.text("Draft kept"))
        kept = await draft_in(c, number)
        c.expect(kept == after, expected=f"“{after}” in the database, as the mark says", seen=f"“{kept}”")
        await alice.reload()
        await c.expect_value(field, after)


@check(
    "7.16",
    "A draft typed without a pause is kept, and so are the last letters of a closed tab",
    files=[DRAFT, DRAFTING],
)
@since(7)
async def without_a_pause(c: CheckContext) -> None:
    number = await c.begun("Quick and long", "Alice", "Bob")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    mark, field = alice.mark(), alice.textbox("Message")
    c.done("Alice typed without a pause")
    await field.evaluate(TYPING_JS)
    await c.expect_frame(alice, mark, lambda f: "draft" in f.meaning, "a draft, while she goes on typing")
    c.done("Alice wrote the last letters and closed the tab")
    await field.evaluate(LAST_LETTERS_JS)
    await alice.page.close(run_before_unload=False)
    last = partial(is_kept, c, number, "The last letters of a tab")
    await c.expect_soon(last, expected="all she wrote in the database", seen=partial(draft_in, c, number))
    phone = await c.signed_in("Alice", f"/conversations/{number}", "Alice's telephone")
    await c.expect_value(phone.textbox("Message"), "The last letters of a tab")


@check("7.17", "Half a character in a draft does not prevent the join", files=[TEXT, DRAFT, JOINING])
@since(7)
async def half_a_character(c: CheckContext) -> None:
    number = await c.begun("Half an emoji", "Alice", "Bob")
    path = f"/conversations/{number}"
    alice = await c.signed_in("Alice", path)
    place = alice.page.locator("[data-draft]")
    await c.expect_count(place, 1, "a field that keeps its draft")
    name = await place.get_attribute("data-draft")
    for stashed, told in (("Half \ud83d", "Half \ufffd"), ("x" * 19_999 + "🚂", "x" * 19_999)):
        await c.visit(alice, "/")
        c.done("half a character was stored in Alice's tab")
        mark = alice.mark()
        await keep_in_tab(alice, str(name), stashed)
        await c.visit(alice, path)
        joins = [frame for frame in alice.frames_since(mark) if frame.kind == "join"]
        c.expect(len(joins) == 1, expected="one join", seen=f"{len(joins)} joins")
        found = joins[0].payload.get("params", {}).get("draft")
        c.expect(found == told, expected="whole characters in the join", seen=f"{str(found)[-20:]!r}")


async def keep_in_tab(person: Person, name: str, text: str) -> None:
    """Store a text in the tab as an earlier page may have done; JSON can express a lone surrogate."""
    await person.page.evaluate(f"name => sessionStorage.setItem(name, {json.dumps(text)})", name)

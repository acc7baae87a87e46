"""The log and the composer in a browser: what counts as a new message, and writing with an input method."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from course.lab import Lab, find_chromium
from course.lab.person.person import Person

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
    pytest.mark.timeout(120),
]

HIKE = "/conversations/2"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with await Lab.open("finished") as opened:
        yield opened


async def say(person: Person, text: str) -> None:
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await expect(person.log("Messages").get_by_text(text, exact=True)).to_have_count(1)


async def test_what_has_come_is_counted_once_and_ones_own_not_at_all(lab: Lab) -> None:
    alice, bob, telephone = [await lab.person(name) for name in ("Alice", "Bob", "Bob's telephone")]
    for person, name in ((alice, "Alice"), (bob, "Bob"), (telephone, "Bob")):
        await lab.sign_in(person, name)
        await person.goto(HIKE)
        await person.live()
    for number in range(15):
        await say(alice, f"A long list, line {number}")
    log, more = bob.log("Messages"), bob.page.locator("#more")
    await expect(log.get_by_text("A long list, line 14")).to_have_count(1)
    await log.evaluate("log => (log.scrollTop = -log.scrollHeight)")
    await say(alice, "Below, one")
    await expect(more).to_have_text("1 new message")
    await say(telephone, "From my telephone")
    await say(alice, "Below, two")
    await expect(log.get_by_text("Below, two")).to_have_count(1)
    await expect(more).to_have_text("2 new messages")
    # The line breaks. The page that comes back has the whole list anew, and one message more.
    await lab.cut(bob)
    await expect(bob.page.locator(".phx-error")).not_to_have_count(0)
    await say(alice, "Below, three")
    await lab.fix(bob)
    await bob.live()
    await expect(log.get_by_text("Below, three")).to_have_count(1)
    await expect(more).to_have_text("3 new messages")
    assert await log.evaluate("log => log.scrollTop < -40"), "not left where he read"
    await more.click()
    await expect(more).to_be_hidden()


# Words are composed, and Enter picks one. Safari says first that it is done, and then tells of the key.
PICK_JS = """(text, [word, safari]) => {
  const both = {bubbles: true, cancelable: true};
  const say = (kind, name, given) => text.dispatchEvent(new kind(name, {...both, ...given}));
  const key = isComposing => say(KeyboardEvent, "keydown", {key: "Enter", keyCode: 229, isComposing});
  say(CompositionEvent, "compositionstart", {});
  text.value = "に";
  say(InputEvent, "input", {isComposing: true});
  if (!safari) key(true);
  text.value = word;
  if (!safari) say(InputEvent, "input", {isComposing: true});
  say(CompositionEvent, "compositionend", {});
  if (safari) { say(InputEvent, "input", {}); key(false); }
}"""


@pytest.mark.parametrize("order", ["Chrome", "Safari"])
async def test_the_enter_that_picks_a_word_sends_nothing(lab: Lab, order: str) -> None:
    name = f"Alice in {order}"
    alice = await lab.person(name)
    await lab.sign_in(alice, "Alice")
    await alice.goto(HIKE)
    await alice.live()
    text, mark = alice.textbox("Message"), alice.mark()
    await text.focus()
    word = f"日本 {order}"
    await text.evaluate(PICK_JS, [word, order == "Safari"])
    await expect(text).to_have_value(word)
    # The draft is kept when the word is there, not before.
    await expect(alice.page.locator("#composer-draft")).to_be_visible()
    told = [frame for frame in alice.frames_since(mark) if '"draft"' in str(frame)]
    assert told, "no draft was told"
    assert not any("に" in str(frame) for frame in told), "half a word"
    # The next Enter is meant for us.
    await text.press("Enter")
    await expect(alice.log("Messages").get_by_text(word, exact=True)).to_have_count(1)
    await expect(text).to_have_value("")

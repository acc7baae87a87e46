"""Words that are true for a day: Today, Yesterday, and the clock in a list. A page may be open longer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import expect

from course.lab import Lab, find_chromium
from messenger import times

pytestmark = pytest.mark.asyncio(loop_scope="module")
# A question that was begun so many days ago, and not asked.
COPY_JS = """(days) => {
  const name = `backup:${document.getElementById("asking").dataset.backup}`;
  const at = Date.now() - days * 24 * 60 * 60 * 1000;
  localStorage.setItem(name, JSON.stringify({ at, fields: [["question", "Who drives?"], ["choices", ""]] }));
}"""
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest_asyncio.fixture(loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with await Lab.open("finished") as opened:
        yield opened


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
@pytest.mark.timeout(120)
async def test_a_page_that_is_open_over_midnight_says_what_is_true(lab: Lab) -> None:
    alice = await lab.person("Alice")
    await lab.sign_in(alice)
    now = datetime.now()
    await alice.page.clock.install(time=now.replace(hour=23, minute=59, second=50))
    await alice.goto("/conversations/2")
    log = alice.log("Messages")
    await alice.textbox("Message").fill("Before midnight")
    await alice.button("Send").click()
    today = log.get_by_role("heading", name="Today")
    await expect(today).to_have_count(1)
    days = alice.page.locator("time[data-words]")
    written = datetime.fromisoformat(str(await days.last.get_attribute("datetime")))
    # Midnight comes without a sleep: the browser's clock and its timers run on at once.
    await alice.page.clock.fast_forward(15_000)
    await expect(today).to_have_count(0)
    await expect(log.get_by_role("heading", name="Yesterday")).to_have_count(1)
    then = f"{written.astimezone().day} {written.astimezone():%b}"
    await expect(days.filter(has_text=then)).not_to_have_count(0)
    # A patch brings the words that were sent; they must not stay.
    mark = alice.mark()
    bob = await lab.person("Bob")
    await lab.sign_in(bob)
    await bob.goto("/conversations/2")
    await bob.textbox("Message").fill("Hello from the server's day")
    await bob.button("Send").click()
    await expect(log.get_by_text("Hello from the server's day")).to_have_count(1)
    assert [frame for frame in alice.frames_since(mark) if frame.kind == "diff"]
    await expect(today).to_have_count(0)


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
@pytest.mark.timeout(120)
async def test_a_copy_from_long_ago_says_its_day(lab: Lab) -> None:
    alice = await lab.person("Alice's laptop")
    await lab.sign_in(alice, "Alice")
    await alice.goto("/conversations/2")
    offer = alice.page.locator("#asking-offer")
    for age, words in ((0, r"from \d\d:\d\d( [AP]M)? that"), (3, r"from .*[A-Z][a-z]{2}.* that")):
        await alice.button("Poll").click()
        await expect(alice.page.locator("#asking")).to_be_visible()
        await alice.page.evaluate(COPY_JS, age)
        await alice.reload()
        await alice.button("Poll").click()
        await expect(offer).to_have_text(re.compile(words))
        await alice.button("Done").click()


@pytest.mark.parametrize(
    ("ago", "day", "clock"),
    [
        (timedelta(), "Today", "12:00"),
        (timedelta(days=1), "Yesterday", "3 Mar"),
        (timedelta(days=2), "Monday, 2 March 2026", "2 Mar"),
        # A clock that was put back: the message comes from tomorrow.
        (timedelta(days=-1), "Thursday, 5 March 2026", "5 Mar"),
    ],
)
async def test_the_server_says_the_word_of_its_own_day(
    monkeypatch: pytest.MonkeyPatch, ago: timedelta, day: str, clock: str
) -> None:
    monkeypatch.setattr(times, "now", lambda: NOON)
    named, short = times.day_name(NOON - ago, UTC), times.clock_or_day(NOON - ago, UTC)
    assert named.striptags() == day
    assert short.striptags() == clock
    assert "Today|Yesterday|" in named
    assert f'data-day="{(NOON - ago).date()}"' in named

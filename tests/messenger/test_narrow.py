"""Names and texts as some people have them, on a narrow page: without a blank, and from right to left."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio

from course.lab import Lab, Person, find_chromium

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
]

WIDTH = 360
HERE = "/conversations/2"
LONG = "W"
ARABIC = "مرحبا بالعالم"

# The page, or a part that scrolls, is wider than what can be seen of it: how wide, and by what.
TOO_WIDE = """() => {
  const wide = [...document.querySelectorAll("body *")]
    .map((one) => [one.getBoundingClientRect(), one])
    .filter(([place, one]) => one.checkVisibility() && place.right > innerWidth + 1);
  const parts = [...document.querySelectorAll("dialog[open], .log, .conversations")];
  const scrolls = parts.some((one) => one.scrollWidth > one.clientWidth + 1);
  const width = document.documentElement.scrollWidth;
  if (width <= innerWidth && !scrolls) return [];
  return [width, ...wide.slice(0, 6).map(([place, one]) => `${place.right} ${one.outerHTML.slice(0, 90)}`)];
}"""

# Where this text is shown, or typed, as if it were written from left to right.
DIRECTIONS = """(text) => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility())
  .filter((one) => one.value === text || (!one.childElementCount && one.textContent.trim() === text))
  .filter((one) => getComputedStyle(one).direction !== "rtl")
  .map((one) => one.outerHTML.slice(0, 160))"""


def rename_everybody(lab: Lab, letter: str, name: str = "") -> None:
    """Give everybody and everything a name of the greatest length, or this one."""
    with closing(sqlite3.connect(lab.data / "parley.db")) as database:
        for (user,) in database.execute("SELECT id FROM accounts_users").fetchall():
            nickname = name + "!" * user if name else letter * 38 + f"{user:02}"
            values = (nickname, nickname.casefold(), user)
            database.execute(
                "UPDATE accounts_users SET nickname = ?, nickname_folded = ? WHERE id = ?", values
            )
        database.execute("UPDATE chat_conversations SET title = ?", (name or letter * 100,))
        content = name or letter * 600
        database.execute(
            "UPDATE chat_messages SET content = ?, content_folded = ?", (content, content.casefold())
        )
        database.commit()


def questions(lab: Lab, name: str) -> None:
    with closing(sqlite3.connect(lab.data / "parley.db")) as database:
        database.execute("UPDATE chat_questions SET content = ?", (name,))
        for (choice,) in database.execute("SELECT id FROM chat_choices").fetchall():
            database.execute(
                "UPDATE chat_choices SET content = ? WHERE id = ?", (name + "!" * choice, choice)
            )
        database.commit()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def alice() -> AsyncIterator[Person]:
    """Alice at a narrow page; she owns a conversation and has asked a question in it."""
    async with await Lab.open("finished") as lab:
        await lab.start()
        alice = await lab.person("Alice", viewport=(WIDTH, 740))
        await lab.sign_in(alice)
        await alice.goto(HERE)
        await alice.button("Poll").click()
        await alice.textbox("Question").fill("When?")
        await alice.textbox("Choices, one in each line").fill("Now\nLater")
        await alice.button("Ask").click()
        await alice.page.locator("#poll legend").wait_for()
        alice.lab = lab  # type: ignore[attr-defined]
        yield alice


async def pages(alice: Person, found: str) -> AsyncIterator[str]:
    """One page after the other, with all that can be opened in it."""
    page = alice.page
    await page.goto("about:blank")
    await alice.goto("/")
    await page.locator(".people button").first.click()
    await page.locator("#members .chip").nth(1).wait_for()
    yield "dashboard"
    for path in ("/profile", "/profile/delete", f"/search?words={found}"):
        await alice.goto(path)
        yield path
    await page.locator("#search-words").fill(found)
    await alice.button("Search").click()
    await page.locator("#recent-1").wait_for()
    yield "searched lately"
    await alice.goto("/conversations/new")
    await page.locator(".people-to-tick input").first.check()
    yield "wizard: people"
    await alice.button("Next").click()
    await page.locator("#wizard-title").fill(found * (1 if len(found) > 1 else 90))
    yield "wizard: title"
    await alice.button("Next").click()
    await page.locator("#look-me").wait_for()
    yield "wizard: last look"
    await alice.goto(HERE)
    await page.locator("#composer-text").fill(found * (1 if len(found) > 1 else 400))
    yield "conversation"
    await page.locator("#composer-text").press("Enter")
    await page.locator("#messages .mine .sent").last.wait_for()
    yield "conversation, sent"
    await page.locator("#open-settings").click()
    for opened in ("#closing", "#leaving"):
        await page.locator(f"{opened} summary").click()
    yield "settings"
    await page.locator("#settings").get_by_role("button", name="Done").click()
    await page.locator("#open-poll").click()
    await page.locator("#poll legend").wait_for()
    yield "poll"


async def test_no_name_makes_a_page_wider(alice: Person) -> None:
    lab = alice.lab  # type: ignore[attr-defined]
    rename_everybody(lab, LONG)
    questions(lab, LONG * 100)
    wide = {
        name: found async for name in pages(alice, LONG) if (found := await alice.page.evaluate(TOO_WIDE))
    }
    assert not wide, "\n".join(f"{name}: {found}" for name, found in wide.items())


async def test_what_is_written_from_right_to_left_is_shown_so(alice: Person) -> None:
    lab = alice.lab  # type: ignore[attr-defined]
    rename_everybody(lab, "", ARABIC)
    questions(lab, ARABIC)
    turned = {}
    async for name in pages(alice, ARABIC):
        for text in (ARABIC, *(ARABIC + "!" * user for user in range(1, 6))):
            if found := await alice.page.evaluate(DIRECTIONS, text):
                turned[f"{name}: {text}"] = found
    assert not turned, turned

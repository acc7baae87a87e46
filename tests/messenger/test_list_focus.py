"""The list of conversations in a browser: whoever goes through it by the keyboard stays where they are."""

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

HIKE, TITLES = "/conversations/2", "#conversation-list .title"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with await Lab.open("finished") as opened:
        yield opened


async def signed_in(lab: Lab, name: str) -> Person:
    person = await lab.person(name)
    await lab.sign_in(person, name)
    return person


async def begin(person: Person, title: str, other: str) -> None:
    await person.goto("/")
    await person.button(other).click()
    await person.button(f"Remove {other}").wait_for()
    await person.textbox("Title (optional)").fill(title)
    await person.button("Create").click()
    await expect(person.page.locator(TITLES).first).to_have_text(title)


async def test_a_link_that_moves_keeps_the_focus_and_so_does_one_that_comes_again(lab: Lab) -> None:
    alice, bob = await signed_in(lab, "Alice"), await signed_in(lab, "Bob")
    await begin(bob, "Above", "Alice")
    titles = bob.page.locator(TITLES)
    await expect(titles).to_have_text(["Above", "Saturday hike"])
    hike = bob.page.locator("#conversation-2 a")
    await hike.focus()
    await alice.goto(HIKE)
    await alice.textbox("Message").fill("Up it goes")
    await alice.button("Send").click()
    await expect(titles).to_have_text(["Saturday hike", "Above"])
    await expect(hike).to_be_focused()
    # The line breaks. The page that comes back has the whole list anew.
    await lab.cut(bob)
    await lab.fix(bob)
    await bob.live()
    await expect(titles).to_have_text(["Saturday hike", "Above"])
    await expect(hike).to_be_focused()


async def test_where_nothing_is_the_page_says_so_until_something_comes(lab: Lab) -> None:
    carol = await signed_in(lab, "User Two")
    none = carol.page.get_by_text("You have no conversations yet.")
    await carol.goto("/")
    await expect(carol.page.locator(TITLES)).not_to_have_count(0)
    await expect(none).to_be_hidden()
    await carol.page.locator("#conversation-list").evaluate("list => list.replaceChildren()")
    await expect(none).to_be_visible()

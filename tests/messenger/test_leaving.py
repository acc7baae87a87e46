"""A page that cannot go on: it tries again ever more slowly, and loses nothing when it has to go."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio
from playwright.async_api import WebSocketRoute, expect

from course.lab import Lab, find_chromium
from course.lab.messenger.sign_in import PASSWORD
from course.lab.person.person import Person
from course.lab.until import until

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
    pytest.mark.timeout(120),
]

NEW_PASSWORD = "another few good words"
TRIES = 10
UNREADABLE = 1007
NO_ROOM = """() => {
  Storage.prototype.setItem = () => { throw new DOMException("", "QuotaExceededError"); };
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with await Lab.open("finished") as opened:
        yield opened


async def lose_the_line(lab: Lab, person: Person) -> None:
    """Cut the line for so long that the dialog comes. From here on the page's clock stands still."""
    # To a page that still joins, the seconds that pass at once are a server that does not answer; for what it
    # has asked besides, it waits half a minute.
    await person.live()
    await person.page.clock.pause_at(await person.page.evaluate("Date.now() / 1000") + 5)
    await lab.cut(person)
    await person.page.clock.run_for(16_000)


async def fix_unnoticed(person: Person) -> None:
    """Fix the line of a page that does not come back by itself, as its clock stands still."""
    # An attempt on its way would come through.
    await until(person.is_connecting, lambda tries: not tries, 20, lambda _: AssertionError("it still tries"))
    await person.network.fix()


async def test_a_join_that_ends_each_line_is_tried_ever_more_slowly(lab: Lab) -> None:
    """The client begins anew with every line that opens; that was 541 tries in 15 seconds."""
    alice = await lab.person("Alice")
    await lab.sign_in(alice)
    opened: list[float] = []
    enough = asyncio.Event()

    async def serve(line: WebSocketRoute) -> None:
        opened.append(asyncio.get_running_loop().time())
        if len(opened) > TRIES:
            enough.set()
            line.connect_to_server()
            return
        line.on_message(lambda said: asyncio.ensure_future(line.close(code=UNREADABLE)))

    await alice.page.route_web_socket("**/live/websocket**", serve)
    await alice.page.goto(f"{alice.url}/conversations/2")
    await expect(alice.page.get_by_role("status").filter(has_text="Reconnecting…")).to_be_visible()
    await asyncio.wait_for(enough.wait(), 60)
    waits = [later - earlier for earlier, later in pairwise(opened)]
    # How long the waits are at least; a machine with much to do makes them longer.
    assert waits[6] >= 0.5 and waits[7] >= 1 and waits[8] >= 2 and waits[9] >= 5, waits
    await alice.live()
    await expect(alice.page.get_by_role("status").filter(has_text="Reconnecting…")).to_have_count(0)


async def test_what_no_browser_can_keep_is_not_thrown_away(lab: Lab) -> None:
    alice = await lab.person("Alice with a full browser")
    await alice.page.clock.install()
    await lab.sign_in(alice, "Alice")
    await alice.goto("/conversations/2")
    await alice.textbox("Message").fill("Half a mess")
    await alice.page.evaluate(NO_ROOM)
    await lose_the_line(lab, alice)
    dialog = alice.page.get_by_role("dialog", name="Connection lost")
    await fix_unnoticed(alice)
    loads = alice.loads
    await dialog.get_by_role("button", name="Refresh page").click()
    await expect(dialog.get_by_role("status")).to_have_text(
        "This browser has no room to keep your text. Copy it, then refresh the page."
    )
    assert alice.loads == loads
    await expect(alice.textbox("Message")).to_have_value("Half a mess")
    assert not [problem for problem in alice.console_problems if "Quota" in problem]


async def test_a_step_of_the_wizard_is_there_after_signing_in_again(lab: Lab) -> None:
    tab, other = await lab.person("Bob's tab"), await lab.person("Bob's phone")
    for each in (tab, other):
        await lab.sign_in(each, "Bob")
    await tab.goto("/conversations/new")
    await tab.page.get_by_label("Alice").check()
    await tab.button("Next").click()
    await tab.textbox("What is it called?").fill("A boat for Sunday")
    await other.goto("/profile")
    for label, words in (("New", NEW_PASSWORD), ("Confirm new", NEW_PASSWORD), ("Current", PASSWORD)):
        await other.textbox(f"{label} password").fill(words)
    await other.button("Save changes").click()
    await tab.page.wait_for_url(re.compile("/sign-in"))
    await tab.textbox("Email").fill("bob@example.com")
    await tab.textbox("Password").fill(NEW_PASSWORD)
    await tab.button("Sign in").click()
    await tab.page.wait_for_url(f"{tab.url}/conversations/new")
    await tab.live()
    await expect(tab.textbox("What is it called?")).to_have_value("A boat for Sunday")
    await tab.button("Next").click()
    await expect(tab.page.locator("main")).to_contain_text("Alice")


async def test_what_is_kept_for_the_next_page_is_the_newest(lab: Lab) -> None:
    alice = await lab.person("Alice")
    await lab.sign_in(alice)
    await alice.page.clock.install()
    await alice.goto("/conversations/2")
    title, message = alice.page.locator("#rename-title"), alice.textbox("Message")
    await alice.button("Members and settings").click()
    for said in ("First", "Second", "Third"):
        await title.fill(f"{said} title")
        await alice.button("Done").click()
        await message.fill(f"{said} message")
        await lose_the_line(lab, alice)
        await fix_unnoticed(alice)
        loads = alice.loads
        async with alice.page.expect_event("load"):
            await alice.button("Refresh page").click()
        assert alice.loads > loads
        await alice.page.clock.resume()
        await alice.live()
        await expect(message).to_have_value(f"{said} message")
        await alice.button("Members and settings").click()
        await expect(title).to_have_value(f"{said} title")


async def test_a_form_of_a_window_that_nobody_opened_is_kept_for_the_page_after(lab: Lab) -> None:
    """Two pages have to go, one after the other, and only on the third the window is opened."""
    alice = await lab.person("Alice")
    await lab.sign_in(alice)
    await alice.page.clock.install()
    await alice.goto("/conversations/2")
    title = alice.page.locator("#rename-title")
    await alice.button("Members and settings").click()
    await title.fill("A hike with boots")
    await alice.button("Done").click()
    for _ in range(2):
        await lose_the_line(lab, alice)
        await fix_unnoticed(alice)
        async with alice.page.expect_event("load"):
            await alice.button("Refresh page").click()
        await alice.page.clock.resume()
        await alice.live()
    await alice.button("Members and settings").click()
    await expect(title).to_have_value("A hike with boots")
    await alice.button("Rename").click()
    await expect(alice.page.locator("h1")).to_have_text("A hike with boots")

"""Notifications as a person has them: real tabs that are hidden, a real desktop, a real click.

The Lab's browsers pretend that every page has the focus, and have no desktop. So here Chromium runs by
itself, with a profile of its own, and hands its notifications to a desktop that the test can look at.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, async_playwright
from support.desktop import Desktop, has_desktop, until, with_bus

from course.lab import Lab, Person, find_chromium
from course.lab.app.process import detached
from course.lab.link.proxy import Link
from course.lab.messenger.push_service import deliver
from course.lab.messenger.sign_in import sign_in
from messenger.notifications import Note

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`"),
    pytest.mark.skipif(not has_desktop(), reason="takes Linux, and the program dbus-daemon"),
]

HIKE = "/conversations/2"


class Scene(NamedTuple):
    """Alice in the Lab, Bob at a desktop of his own."""

    lab: Lab
    alice: Person
    bob: Person
    desktop: Desktop


@asynccontextmanager
async def own_browser(bus: str) -> AsyncIterator[BrowserContext]:
    """A Chromium on this desktop that pretends nothing."""
    choice = find_chromium()
    assert choice is not None
    with tempfile.TemporaryDirectory(prefix="parley-profile-", ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(  # noqa: ASYNC220
            [
                choice.executable,
                *choice.args,
                "--headless",
                # Also its maker's services, which it would ask for an address of its own.
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE *.localhost",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=with_bus(bus),
            **detached(),
        )
        try:
            async with async_playwright() as playwright:
                address = await asyncio.to_thread(devtools_of, process)
                browser = await playwright.chromium.connect_over_cdp(address, no_defaults=True)
                yield browser.contexts[0]
                await browser.close()
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


def devtools_of(process: subprocess.Popen[str]) -> str:
    """Return the address at which a Chromium that has just been started listens."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"ws://\S+", line):
            return found[0]
    raise AssertionError("Chromium has ended")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Scene]:
    """The app, and Bob's browser with notifications enabled."""
    desktop = Desktop()
    await desktop.open()
    async with await Lab.open("finished") as lab, own_browser(desktop.address) as context:
        await lab.start()
        link = Link(int(lab.url.rsplit(":", 1)[1]))
        await link.open()
        bob = Person("Bob", context, context.pages[0], link)
        await context.grant_permissions(["notifications"], origin=bob.url)
        await sign_in(bob, "Bob")
        await bob.button("Enable notifications").click()
        await bob.text("Notifications are on").wait_for()
        await bob.page.goto("about:blank")
        alice = await lab.person("Alice")
        await lab.sign_in(alice)
        await alice.goto(HIKE)
        yield Scene(lab, alice, bob, desktop)
        await link.close()
    await desktop.close()


@pytest_asyncio.fixture(loop_scope="module")
async def scene(stage: Scene) -> AsyncIterator[Scene]:
    """The same, with an empty desktop and a new tab for Bob."""
    context, desktop = stage.bob.context, stage.desktop
    desktop.shown.clear()
    yield stage._replace(bob=Person("Bob", context, await context.new_page(), stage.bob.network))
    for page in context.pages[1:]:
        await page.close()


async def say(person: Person, text: str) -> None:
    await person.textbox("Message").fill(text)
    await person.button("Send").click()
    await person.log("Messages").get_by_text(text, exact=True).wait_for()


def has_read_all(lab: Lab, name: str) -> bool:
    """Whether somebody has read the conversation to its end."""
    query = """
        SELECT last_read_id = (SELECT max(id) FROM chat_messages WHERE conversation_id = 2)
        FROM chat_conversation_members JOIN accounts_users ON accounts_users.id = user_id
        WHERE conversation_id = 2 AND nickname = ?"""
    with closing(sqlite3.connect(lab.data / "parley.db")) as connection:
        return bool(connection.execute(query, [name]).fetchone()[0])


async def titled(person: Person, title: str) -> None:
    async def right() -> bool:
        return await person.page.title() == title

    await until(right, f"the title {title!r}")


async def test_a_page_in_the_background_notifies_and_one_before_the_eyes_does_not(scene: Scene) -> None:
    lab, alice, bob, desktop = scene
    await bob.goto(HIKE)
    await say(alice, "Before your eyes")
    await bob.log("Messages").get_by_text("Before your eyes").wait_for()
    await until(lambda: has_read_all(lab, "Bob"), "all read by Bob")

    other = await bob.context.new_page()
    await until(lambda: hidden(bob), "Bob's page in the background")
    await say(alice, "Behind your back")
    await say(alice, "And again")
    await until(lambda: len(desktop.shown) == 2, "two notifications")
    said = [(one.title, one.body) for one in desktop.shown]
    assert said == [("Saturday hike", f"Alice: {text}") for text in ("Behind your back", "And again")]
    await titled(bob, "(2) Saturday hike · Parley")
    line = bob.page.get_by_role("separator").filter(has_text="New messages")
    first = bob.page.get_by_role("log").get_by_role("listitem").filter(has=line)
    assert "Behind your back" in await first.inner_text()
    assert await line.count() == 1

    await other.close()
    await bob.page.bring_to_front()
    await titled(bob, "Saturday hike · Parley")
    await until(lambda: has_read_all(lab, "Bob"), "all read by Bob, now that he looks")
    await until(lambda: not desktop.open_ones, "the notifications gone, since their messages were read")
    await say(alice, "Here you are")
    await bob.log("Messages").get_by_text("Here you are").wait_for()
    assert len(desktop.shown) == 2


async def hidden(person: Person) -> bool:
    return bool(await person.page.evaluate("document.visibilityState === 'hidden'"))


async def test_a_click_brings_the_page_to_the_front(scene: Scene) -> None:
    _, alice, bob, desktop = scene
    await bob.goto(HIKE)
    await bob.context.new_page()
    await until(lambda: hidden(bob), "Bob's page in the background")
    await say(alice, "Over here")
    await until(lambda: desktop.shown, "a notification")
    await desktop.click(desktop.shown[0])

    async def in_front() -> bool:
        return bool(await bob.page.evaluate("document.visibilityState === 'visible' && document.hasFocus()"))

    await until(in_front, "Bob's page in front, with the focus")
    await until(lambda: not desktop.open_ones, "the notification gone")


async def test_a_click_turns_the_dashboard_into_the_conversation(scene: Scene) -> None:
    _, alice, bob, desktop = scene
    await bob.goto("/")
    await bob.context.new_page()
    await say(alice, "From the list")
    await until(lambda: desktop.shown, "a notification")
    await desktop.click(desktop.shown[0])
    await bob.page.wait_for_url(f"**{HIKE}")
    await until(lambda: visible(bob), "Bob's page in front")


async def visible(person: Person) -> bool:
    return not await hidden(person)


async def test_a_push_with_every_page_closed_and_a_click_that_opens_one(scene: Scene) -> None:
    _, _, bob, desktop = scene
    empty = await bob.context.new_page()
    await bob.page.close()
    note = Note("message-1-0", "Saturday hike", "Alice: Are you awake?", HIKE)
    await deliver(Person("Bob", bob.context, empty, bob.network), note.json)
    await until(lambda: desktop.shown, "a notification with no page open")
    assert (desktop.shown[0].title, desktop.shown[0].body) == (note.title, note.body)
    async with bob.context.expect_page() as opened:
        await desktop.click(desktop.shown[0])
    page = await opened.value
    await page.get_by_role("heading", name="Saturday hike").wait_for()
    assert page.url == bob.url + HIKE
    await until(lambda: not desktop.open_ones, "the notification gone")

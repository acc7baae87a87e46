"""One Chromium for all Labs of an event loop, because a context is cheap and a browser is not."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from playwright.async_api import Browser, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from course.lab.errors import LabError, NoBrowser
from course.lab.person.browser_choice import find_chromium

ADVICE = "`course doctor` says what this machine has, and what to do."


@dataclass
class _Running:
    playwright: Playwright
    browser: Browser
    users: int = 0


_running: dict[tuple[asyncio.AbstractEventLoop, bool], asyncio.Task[_Running]] = {}


async def borrow_browser(headless: bool) -> Browser:
    """Return the browser of this event loop, started if necessary. Give it back with `return_browser`.

    Raises:
        NoBrowser: if there is none, or it does not start.
        LabError: if this event loop cannot start programs.
    """
    key = (asyncio.get_running_loop(), headless)
    if key not in _running:
        _running[key] = asyncio.create_task(_start(headless))
    try:
        running = await asyncio.shield(_running[key])
    except LabError:
        _running.pop(key, None)
        raise
    running.users += 1
    return running.browser


async def return_browser(headless: bool) -> None:
    """Give the browser back; when the last user has given it back, it ends."""
    key = (asyncio.get_running_loop(), headless)
    if key not in _running:
        return
    running = await _running[key]
    running.users -= 1
    if running.users <= 0:
        del _running[key]
        await running.browser.close()
        await running.playwright.stop()


@asynccontextmanager
async def held_browser(headless: bool = True) -> AsyncIterator[Browser]:
    """Keep the browser running inside the ``async with``, also while no Lab uses it."""
    browser = await borrow_browser(headless)
    try:
        yield browser
    finally:
        await return_browser(headless)


async def _start(headless: bool) -> _Running:
    _require_subprocesses()
    choice = find_chromium()
    if choice is None:
        raise NoBrowser("There is no Chromium on this machine.", ADVICE)
    playwright = await async_playwright().start()
    try:
        browser = await playwright.chromium.launch(
            executable_path=choice.executable,
            args=list(choice.args),
            headless=headless,
            # The notebook's stop button interrupts a cell, not the browser.
            handle_sigint=False,
            handle_sighup=False,
        )
    except PlaywrightError as problem:
        await playwright.stop()
        first = str(problem).strip().splitlines()[0]
        raise NoBrowser(f"{choice.executable} does not start: {first}", ADVICE) from None
    return _Running(playwright, browser)


def _require_subprocesses() -> None:
    """Raise `LabError` if this event loop cannot start programs: on Windows one of asyncio's two cannot."""
    if sys.platform == "win32" and not isinstance(asyncio.get_running_loop(), asyncio.ProactorEventLoop):
        raise LabError(
            "This Python loop cannot start programs, so it cannot start a browser.",
            "Install the pinned packages with `make setup`: their ipykernel uses the right loop on Windows.",
        )

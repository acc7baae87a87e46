"""Fixtures of the browser tests: a small app on a real TCP port, and pages in a real Chromium.

    async def test_counter(serve: Serve) -> None:
        site = await serve({"/": CounterLive})
        page = await site.open("/")
        await page.click("button")
        await expect(page.locator("h1")).to_have_text("1")

The client is the unmodified npm package. The app runs in this process and this event loop, so a test can
hold handlers up with an `asyncio.Event` and look at the views (``site.live.channels``). Between browser and
server is a TCP proxy, ``site.link``, whose connections can be cut, refused, hung and delayed.

All tests of this folder share one browser, hence one event loop; each site has a browser context of its own.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from engine.browser.site import NODE_MODULES, Serve, Site, make_app
from playwright.async_api import Browser, async_playwright, expect
from quart import Quart

from course.lab.person.browser_choice import find_chromium
from quart_live import LiveView


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all coroutine tests of this folder in one event loop, the browser's."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and asyncio.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Path and arguments of Chromium. Skips where there is none, and says so."""
    choice = find_chromium()
    if choice is None:
        pytest.skip("no Chromium on this machine: `course doctor` says what to do")
    if not (NODE_MODULES / "phoenix_live_view").is_dir():
        pytest.skip("the npm client is not installed: run `npm ci` in static/")
    yield str(choice.executable), tuple(choice.args)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser(chromium: tuple[str, tuple[str, ...]]) -> AsyncIterator[Browser]:
    """One browser for all tests."""
    path, arguments = chromium
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(arguments))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def serve(browser: Browser) -> AsyncIterator[Serve]:
    """Serves an app, or live views by their routes; everything is closed after the test.

    ``asgi`` is what the server calls, if that is not the app itself; ``root_path`` is uvicorn's.
    """
    expect.set_options(timeout=10_000)
    sites: list[Site] = []

    async def start(
        what: Quart | Mapping[str, type[LiveView]], *, asgi: Any = None, root_path: str = ""
    ) -> Site:
        app = what if isinstance(what, Quart) else make_app(what)
        app.config.setdefault("LIVE_CLIENT_DIR", NODE_MODULES)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        site = Site(app, await browser.new_context(), listener, asgi, root_path)
        sites.append(site)
        await site.link.open()
        return site

    yield start
    problems = [problem for site in sites for problem in site.problems]
    for site in reversed(sites):
        await site.close()
    assert not problems, f"the page complained: {problems}"

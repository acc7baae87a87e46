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
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from jinja2 import DictLoader
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect
from quart import Quart

from course.lab.link.proxy import Link
from course.lab.person.browser_choice import find_chromium
from quart_live import LiveView, QuartLive

NODE_MODULES = Path(__file__).resolve().parents[3] / "static" / "node_modules"
LOADED = "(selector) => document.querySelectorAll(selector).length === 0 && !!window.liveSocket"
ANY_NOT_LIVE = "[data-phx-session]:not(.phx-connected)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all coroutine tests of this folder in one event loop, the browser's."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and asyncio.iscoroutinefunction(getattr(item, "obj", None)):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Site:
    """An app that is being served, and a browser to look at it with.

    Attributes:
        app: the Quart app.
        live: its extension; ``live.channels`` are the connected views.
        context: the browser context of this site (cookies, pages).
        link: the TCP proxy between browser and server; ``cut()``, ``refuse()``, ``hang()``, ``delay(s)``,
            ``await fix()``.
        address: ``http://host:port`` as the browser sees it.
        problems: what pages wrote to the console as errors, and exceptions in them. A test ends in an error
            if any is left; ``problems.clear()`` where they are expected.
    """

    def __init__(
        self,
        app: Quart,
        context: BrowserContext,
        listener: socket.socket,
        asgi: Any = None,
        root_path: str = "",
    ) -> None:
        self.app = app
        self.live: QuartLive = app.extensions["quart_live"]
        self.context = context
        self.problems: list[str] = []
        self.link = Link(listener.getsockname()[1])
        self._listener = listener
        config = uvicorn.Config(
            asgi or app,
            ws="websockets-sansio",
            log_level="error",
            ws_per_message_deflate=False,
            lifespan="on",
            root_path=root_path,
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.ensure_future(self._server.serve([listener]))

    @property
    def address(self) -> str:
        """Where the browser finds the site."""
        return f"http://127.0.0.1:{self.link.port}"

    async def open(self, path: str = "/", *, context: BrowserContext | None = None) -> Page:
        """A new page at ``path``; returns when all its live views are connected."""
        page = await (context or self.context).new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        await page.goto(self.address + path)
        await self.connected(page)
        return page

    async def connected(self, page: Page) -> None:
        """Wait until all live views of ``page`` are connected (again)."""
        await page.wait_for_function(LOADED, arg=ANY_NOT_LIVE)

    async def disconnected(self, page: Page) -> None:
        """Wait until the page has noticed that its socket is gone."""
        await page.wait_for_selector("[data-phx-main].phx-loading", state="attached")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    async def stop(self) -> None:
        """Stop the server as its operator would."""
        self._server.should_exit = True
        await self._task

    async def close(self) -> None:
        """End the browser context, the server and the link."""
        await self.context.close()
        await self.stop()
        await self.link.close()
        self._listener.close()


Serve = Callable[..., Awaitable[Site]]


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


LAYOUT = """<!doctype html><html lang="en"><head><link rel="icon" href="data:,">{{ csrf_meta_tag() }}
{{ live_import_map() }}<script type="module">
import { Socket } from "phoenix"; import { LiveSocket } from "phoenix_live_view";
const params = { _csrf_token: document.querySelector("meta[name=csrf-token]").content }, options = { params };
SCRIPT
window.liveSocket = new LiveSocket("/live", Socket, options); window.liveSocket.connect();
</script></head><body>{{ inner_content }}</body></html>"""


def make_app(views: Mapping[str, type[LiveView]], *, script: str = "") -> Quart:
    """A Quart app with these live views.

    Args:
        views: the views by their routes.
        script: JavaScript of the page, which may change the ``options`` of its LiveSocket.
    """
    app = Quart("browser_tests")
    app.secret_key = "for tests"
    app.jinja_env.loader = DictLoader({"layout.html": LAYOUT.replace("SCRIPT", script)})
    live = QuartLive(app, layout="layout.html" if script else None)
    for rule, view in views.items():
        live.route(rule, view)

    @app.get("/favicon.ico")  # Chromium asks for it on pages that are not ours
    async def icon() -> tuple[str, int]:
        return "", 204

    return app

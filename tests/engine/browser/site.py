"""A small app on a real TCP port, its layout, and a browser's context to look at it with."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn
from jinja2 import DictLoader
from playwright.async_api import BrowserContext, ConsoleMessage, Page
from quart import Quart

from course.lab.link.proxy import Link
from quart_live import LiveView, QuartLive

NODE_MODULES = Path(__file__).resolve().parents[3] / "static" / "node_modules"
LOADED = "(selector) => document.querySelectorAll(selector).length === 0 && !!window.liveSocket"
ANY_NOT_LIVE = "[data-phx-session]:not(.phx-connected)"

LAYOUT = """<!doctype html><html lang="en"><head><link rel="icon" href="data:,">{{ csrf_meta_tag() }}
{{ live_import_map() }}<script type="module">
import { Socket } from "phoenix"; import { LiveSocket } from "phoenix_live_view";
const params = { _csrf_token: document.querySelector("meta[name=csrf-token]").content }, options = { params };
SCRIPT
window.liveSocket = new LiveSocket("/live", Socket, options); window.liveSocket.connect();
</script></head><body>{{ inner_content }}</body></html>"""


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
        """The site's address for the browser."""
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

"""A person in front of a browser, with a network link of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from playwright.async_api import (
    APIResponse,
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    WebError,
)
from playwright.async_api import Error as PlaywrightError

from course.lab.app.server import PROBE_PATH
from course.lab.link.frames import Frame
from course.lab.link.proxy import Link
from course.lab.person.by_name import ByName, NamedRole, Text
from course.lab.person.page import CONNECTING_JS, PROBE_JS, VIEWS_JS, Answer, Message, View, own_place
from course.lab.person.watched import Watched
from course.lab.person.wire_tap import WireTap

VIEWPORT = (440, 560)
SECONDS_TO_ACT = 5.0

NOT_KEPT = {"Connection": "close"}
"""The header of requests without a page. A server ends a connection that it has kept for some seconds, and a
request that comes in this moment is reset; browsers send it again, Playwright's requests do not."""


class Person(Watched, ByName[Locator]):
    """One person: a browser context behind a link of their own.

    Attributes:
        name: the name, as the pictures show it.
        page: the Playwright page.
        network: the TCP proxy between this page and the server.
        console: every message in the browser's console.
        loads: the number of documents that this page has loaded; a page that reconnects by itself loads none.
    """

    def __init__(self, name: str, context: BrowserContext, page: Page, network: Link) -> None:
        super().__init__(name, network)
        self.context = context
        self.page = page
        self.console: list[Message] = []
        self.loads = 0
        self.in_fault: Callable[[], bool] = lambda: False
        self.before_goto: Callable[[], Awaitable[None]] | None = None
        self._tap = WireTap(name, page)
        page.on("console", self._on_console)
        # The exceptions of all tabs: a script that fails in another tab is as wrong as in the first.
        context.on("weberror", self._on_exception)
        page.on("domcontentloaded", self._on_document)
        page.on("request", self._on_request)

    @classmethod
    async def arrive(
        cls,
        name: str,
        browser: Browser,
        server_port: int,
        *,
        viewport: tuple[int, int] = VIEWPORT,
        scale: float = 1,
        dark: bool = False,
    ) -> Person:
        """Return a new person, with a browser context and a link of their own."""
        network = Link(server_port)
        await network.open()
        context = await browser.new_context(
            viewport={"width": viewport[0], "height": viewport[1]},
            device_scale_factor=scale,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        context.set_default_timeout(SECONDS_TO_ACT * 1000)
        return cls(name, context, await context.new_page(), network)

    @property
    def url(self) -> str:
        """The address of the app for this person."""
        return f"http://{self.network.host}:{self.network.port}"

    # Elements of the page, by role and accessible name.

    def _by_role(self, role: NamedRole, name: Text, *, exact: bool) -> Locator:
        return self.page.get_by_role(role, name=name, exact=exact)

    def text(self, text: Text) -> Locator:
        """Return a locator of the elements that show this text."""
        return self.page.get_by_text(text)

    # Pages.

    async def goto(self, path: str) -> Answer:
        """Open a page of the app; return when every live view on it has joined.

        Raises:
            PageNotLive: if a live view on the page did not join within ten seconds.
        """
        if self.before_goto is not None:
            await self.before_goto()
        response = await self.page.goto(self.url + path, timeout=15_000)
        await self.live()
        return Answer(response.status if response is not None else 0)

    async def follow(self, locator: Locator) -> Answer:
        """Click a link or a button that loads another page; return when `goto` does."""
        async with self.page.expect_navigation(timeout=15_000) as navigation:
            await locator.click()
        response = await navigation.value
        await self.live()
        return Answer(response.status if response is not None else 0)

    async def get(self, path: str) -> APIResponse:
        """Request a page without opening it, and return the response."""
        if self.before_goto is not None:
            await self.before_goto()
        return await self.context.request.get(self.url + path, headers=NOT_KEPT)

    async def post(
        self, path: str, form: Mapping[str, str], *, headers: Mapping[str, str] = MappingProxyType({})
    ) -> APIResponse:
        """Post a form with this person's cookies, from outside the page; follow no redirect.

        Args:
            path: the path to post to.
            form: the fields by name.
            headers: further headers.
        """
        fields: dict[str, str | float | bool] = {**form}
        return await self.context.request.post(
            self.url + path, form=fields, headers={**NOT_KEPT, **headers}, max_redirects=0
        )

    async def reload(self) -> Answer:
        """Load the present page again; return when `goto` does."""
        response = await self.page.reload(timeout=15_000)
        await self.live()
        return Answer(response.status if response is not None else 0)

    async def look(self) -> list[View] | None:
        """Return the live views in the page, in document order; None while a page is being loaded."""
        found: list[dict[str, Any]] | None = None
        with contextlib.suppress(PlaywrightError):
            found = await self.page.evaluate(VIEWS_JS)
        if found is None:
            return None
        return [View(v["id"], v["main"], v["nested"], tuple(v["classes"])) for v in found]

    async def probe(self, seconds: float) -> tuple[bool, bool, float]:
        """Send a probe to the server from inside the page; return (answered, timed out, seconds)."""
        answer = await self.page.evaluate(PROBE_JS, [PROBE_PATH, seconds * 1000])
        return bool(answer["answered"]), bool(answer["late"]), float(answer["seconds"])

    @property
    def on_a_page(self) -> bool:
        """Whether a page of the app is open."""
        return self.page.url.startswith("http")

    # The wire.

    @property
    def frames(self) -> list[Frame]:
        """Every frame of this page so far, oldest first."""
        return list(self._tap.frames)

    @property
    def open_sockets(self) -> int:
        """The number of WebSockets that the page has open."""
        return self._tap.open_sockets

    async def is_connecting(self) -> bool:
        """Return whether the page's client, ``window.liveSocket``, is waiting for a socket to open."""
        return bool(await self.page.evaluate(CONNECTING_JS))

    @property
    def closed_sockets(self) -> int:
        """The number of WebSockets of the page that have ended."""
        return self._tap.closed_sockets

    def mark(self) -> int:
        """Return a position in the frames, for `frames_since`."""
        return len(self._tap.frames)

    def frames_since(self, mark: int) -> list[Frame]:
        """Return the frames after a mark."""
        return self._tap.frames[mark:]

    # Pictures and the console.

    async def picture(self) -> bytes:
        """Return a picture of the page as it looks now, as PNG."""
        return await self.page.screenshot(animations="disabled", caret="hide")

    @property
    def console_problems(self) -> list[str]:
        """Errors, warnings and exceptions in the console, except those during a fault."""
        kinds = ("error", "warning", "exception")
        return [f"{m.kind}: {m.text}" for m in self.console if m.kind in kinds and not m.during_fault]

    @property
    def complaint(self) -> str:
        """The newest of the `console_problems`; empty if there is none."""
        problems = self.console_problems
        return problems[-1] if problems else ""

    async def leave(self) -> None:
        """Close the page and the link."""
        with contextlib.suppress(PlaywrightError):
            await self.context.close()
        await self.network.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if PROBE_PATH not in message.location.get("url", ""):
            self._note(message.type, message.text, own_place(_address(message)))

    def _on_exception(self, problem: WebError) -> None:
        self._note("exception", str(problem.error), own_place(problem.error.stack or ""))

    def _note(self, kind: str, text: str, place: str = "") -> None:
        self.console.append(Message(kind, text, self.in_fault(), place))

    def _on_request(self, request: Request) -> None:
        # A new document ends the sockets of the old one, and the browser does not always report that.
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._tap.forget_sockets()

    def _on_document(self, _: Page) -> None:
        self.loads += 1


def _address(message: ConsoleMessage) -> str:
    """Return the source of a console message in the form of a stack; the browser counts its lines from 0."""
    place = message.location
    return f"{place.get('url', '')}:{int(place.get('lineNumber', 0)) + 1}"

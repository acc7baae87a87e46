"""`Actor`: a person on the stage, with a frame in the teacher's browser behind a link of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

from course.lab.app.server import PROBE_PATH
from course.lab.link.frames import Frame
from course.lab.link.modes import Mode
from course.lab.link.proxy import Link
from course.lab.person.by_name import ByName, NamedRole, Text
from course.lab.person.page import Answer, View
from course.lab.person.watched import Watched
from course.stage.driver import Driver, Message
from course.stage.locator import StageLocator, StagePage
from course.stage.names import host_of, slug
from course.stage.page_interceptor import PageInterceptor
from course.stage.tap import Tap

_keys = count(1)


class Actor(Watched, ByName[StageLocator]):
    """One person on the stage. Made by `Actor.arrive`.

    Attributes:
        page: the page in the frame, for demos.
        driver: the connection to the script in the page.
        tap: the record of the frames on the wire.
        key: the id of this frame in the stage's page; another frame for the same person has another key.
        start: the path of the start page.
        coming: the task that brings this person to their start page; None before it has begun.
    """

    def __init__(self, name: str, link: Link, tap: Tap, driver: Driver, start: str, key: str) -> None:
        super().__init__(name, link)
        self.tap = tap
        self.driver = driver
        self.page = StagePage(driver)
        self.start = start
        self.coming: asyncio.Task[None] | None = None
        self._link_lock = asyncio.Lock()
        self.key = key

    @classmethod
    async def arrive(
        cls,
        name: str,
        server_port: int,
        start: str,
        origin: str,
        on_frame: Callable[[Frame], None],
        send: Callable[[str, Message], None],
    ) -> Actor:
        """Return a new person with an open link.

        Args:
            name: the person's name.
            server_port: the port of the messenger.
            start: the path of the start page.
            origin: the stage's own origin.
            on_frame: called with each frame on the wire.
            send: called with the key of a frame and a message for it.
        """
        tap = Tap(name, on_frame)
        link = Link(server_port, interceptors=lambda: PageInterceptor(tap, f"{origin}/driver.js", origin))
        await link.open()
        key = f"{slug(name)}-{next(_keys)}"
        return cls(name, link, tap, Driver(name, lambda message: send(key, message)), start, key)

    @property
    def slug(self) -> str:
        """The name as a part of addresses."""
        return slug(self.name)

    @property
    def url(self) -> str:
        """The address of the app for this person, as their browser sees it."""
        return f"http://{host_of(self.name)}:{self.network.port}"

    # Elements of the page.

    def _by_role(self, role: NamedRole, name: Text, *, exact: bool) -> StageLocator:
        return self.page.get_by_role(role, name=name, exact=exact)

    def text(self, text: Text) -> StageLocator:
        """Return a locator of the elements that show this text."""
        return self.page.get_by_text(text)

    # Pages.

    async def goto(self, path: str) -> Answer:
        """Open a page of the app; return when every live view on it has joined.

        Raises:
            ActFailed: if the page did not load in time.
            PageNotLive: if a live view on it did not join in time.
        """
        await self.driver.open(self.url + path)
        await self.live()
        return Answer(self.tap.status)

    async def follow(self, locator: StageLocator) -> Answer:
        """Click a link or a button that loads another page; return when `goto` does."""
        await self.driver.leads_on(locator.click())
        await self.live()
        return Answer(self.tap.status)

    async def reload(self) -> Answer:
        """Load the present page again; return when `goto` does."""
        await self.driver.open(self.driver.url or self.url + self.start)
        await self.live()
        return Answer(self.tap.status)

    # For the faults.

    async def look(self) -> list[View] | None:
        """Return the live views in the page; None while a page is being loaded."""
        return list(self.driver.known) if self.driver.loaded.is_set() else None

    async def probe(self, seconds: float) -> tuple[bool, bool, float]:
        """Send a probe to the server from inside the page; return (answered, timed out, seconds)."""
        answer: dict[str, Any] = await self.driver.do(
            "probe", (), PROBE_PATH, seconds * 1000, seconds=seconds
        )
        return bool(answer["answered"]), bool(answer["late"]), float(answer["seconds"])

    @property
    def on_a_page(self) -> bool:
        """Whether a page of the app is open."""
        return self.driver.loaded.is_set()

    @property
    def open_sockets(self) -> int:
        """The number of WebSockets that the page has open."""
        return self.tap.open_sockets

    @property
    def closed_sockets(self) -> int:
        """The number of WebSockets of the page that have ended."""
        return self.tap.closed_sockets

    def mark(self) -> int:
        """Return a position in the frames, for `frames_since`."""
        return self.tap.mark()

    def frames_since(self, mark: int) -> list[Frame]:
        """Return the frames after a mark."""
        return self.tap.since(mark)

    async def set_link(self, mode: Mode, seconds: float = 0) -> None:
        """Set the mode of the link; ``seconds`` is for ``delay``."""
        link = self.network
        async with self._link_lock:
            # A link that refuses does not listen.
            await link.open()
            match mode:
                case "pass":
                    await link.fix()
                case "cut":
                    link.cut()
                case "refuse":
                    link.refuse()
                case "hang":
                    link.hang()
                case "delay":
                    link.delay(seconds)

    async def leave(self) -> None:
        """Cancel the tasks of this person, and close the link."""
        if self.coming is not None:
            self.coming.cancel()
            await asyncio.gather(self.coming, return_exceptions=True)
        self.driver.forget_page()
        await self.network.close()

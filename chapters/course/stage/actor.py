"""A person on the stage: a frame in the teacher's browser, behind a link of their own."""

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
    """One person. Made by `Actor.arrive`.

    Attributes:
        page: what is in the frame, for demos.
        driver: the line to the script in the page.
        tap: what the link has carried.
        key: names this frame in the stage's page; another frame for the same person has another key.
        start: the path where the frame begins.
        coming: the task that brings this person to their start; None before it was begun.
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
        """Open a link for this person.

        Args:
            name: the person's.
            server_port: where the messenger listens.
            start: the path where the frame begins.
            origin: the stage's own.
            on_frame: is told of each frame on the wire.
            send: brings a message to the frame with a key.
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

    # What is on the page.

    def _by_role(self, role: NamedRole, name: Text, *, exact: bool) -> StageLocator:
        return self.page.get_by_role(role, name=name, exact=exact)

    def text(self, text: Text) -> StageLocator:
        """Whatever shows this text."""
        return self.page.get_by_text(text)

    # Moving.

    async def goto(self, path: str) -> Answer:
        """Open a page of the app; returns once every live view on it has joined."""
        await self.driver.open(self.url + path)
        await self.live()
        return Answer(self.tap.status)

    async def follow(self, locator: StageLocator) -> Answer:
        """Click what leads to another page, by a link or a form; returns as `goto` does."""
        await self.driver.leads_on(locator.click())
        await self.live()
        return Answer(self.tap.status)

    async def reload(self) -> Answer:
        """Load the present page again; returns as `goto` does."""
        await self.driver.open(self.driver.url or self.url + self.start)
        await self.live()
        return Answer(self.tap.status)

    # What faults look at.

    async def look(self) -> list[View] | None:
        """The live views in the page; None while a page is being loaded."""
        return list(self.driver.known) if self.driver.loaded.is_set() else None

    async def probe(self, seconds: float) -> tuple[bool, bool, float]:
        """Ask the server for nothing, from inside the page: (answered, gave up waiting, seconds it took)."""
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
        """How many WebSockets the page has open."""
        return self.tap.open_sockets

    @property
    def closed_sockets(self) -> int:
        """How many WebSockets of the page have ended."""
        return self.tap.closed_sockets

    def mark(self) -> int:
        """A place in the frames, for `frames_since`."""
        return self.tap.mark()

    def frames_since(self, mark: int) -> list[Frame]:
        """The frames after a mark."""
        return self.tap.since(mark)

    async def set_link(self, mode: Mode, seconds: float = 0) -> None:
        """Let the link behave like this from now on; ``seconds`` is for ``delay``."""
        link = self.network
        async with self._link_lock:
            # One that refuses does not listen.
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
        """Close the link, and what is still being done for this person."""
        if self.coming is not None:
            self.coming.cancel()
            await asyncio.gather(self.coming, return_exceptions=True)
        self.driver.forget_page()
        await self.network.close()

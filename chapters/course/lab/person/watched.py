"""`Watched`: a person and their page, as the faults see them: the live views, and the frames on the wire.

A `Person` of the Lab is watched through Playwright, an actor on the stage through the driver in their page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from course.lab.errors import PageNotLive
from course.lab.person.page import View, tell_views
from course.lab.until import until

if TYPE_CHECKING:
    from course.lab.link.frames import Frame
    from course.lab.link.proxy import Link

SECONDS_TO_JOIN = 10.0


class Named(Protocol):
    """A person with a name."""

    @property
    def name(self) -> str:
        """The name, as the pictures show it."""


class Watched(ABC):
    """A page behind a link of its own, and the person in front of it.

    Attributes:
        name: the person's name, as the pictures show it.
        network: the TCP proxy between this page and the server.
    """

    def __init__(self, name: str, network: Link) -> None:
        self.name = name
        self.network = network

    @abstractmethod
    async def look(self) -> list[View] | None:
        """Return the live views in the page, in document order; None while a page is being loaded."""

    async def views(self) -> list[View]:
        """Return the live views in the page; an empty list while a page is being loaded."""
        return await self.look() or []

    @abstractmethod
    async def probe(self, seconds: float) -> tuple[bool, bool, float]:
        """Send a probe to the server from inside the page; return (answered, timed out, seconds)."""

    @property
    @abstractmethod
    def on_a_page(self) -> bool:
        """Whether a page of the app is open."""

    @property
    @abstractmethod
    def open_sockets(self) -> int:
        """The number of WebSockets that the page has open."""

    @property
    @abstractmethod
    def closed_sockets(self) -> int:
        """The number of WebSockets of the page that have ended."""

    @abstractmethod
    def mark(self) -> int:
        """Return a position in the frames, for `frames_since`."""

    @abstractmethod
    def frames_since(self, mark: int) -> list[Frame]:
        """Return the frames after a mark, oldest first."""

    @property
    def complaint(self) -> str:
        """The newest problem in the browser's console; empty if none is known."""
        return ""

    async def live(self, seconds: float = SECONDS_TO_JOIN) -> None:
        """Wait until every live view of the page is connected; return at once when there is none.

        Raises:
            PageNotLive: if a live view did not join in time.
        """
        await self.until(
            lambda views: all(view.connected for view in views),
            seconds,
            lambda views: PageNotLive(
                f"{self.name}'s page has not become live: {tell_views(views)}.", self._why_not_live()
            ),
        )

    async def until(
        self,
        reached: Callable[[list[View]], bool],
        seconds: float,
        problem: Callable[[list[View]], Exception],
    ) -> None:
        """Wait until the page's views satisfy ``reached``.

        A page that is being loaded never does: a socket that is opened in it then is lost.

        Args:
            reached: the condition.
            seconds: the longest time to wait.
            problem: makes the exception to raise after that time, from the views that were seen last.
        """
        await until(
            self.look,
            lambda views: views is not None and reached(views),
            seconds,
            lambda views: problem(views or []),
        )

    def _why_not_live(self) -> str:
        refusals = [frame.meaning for frame in self.frames_since(0) if frame.kind in ("error", "crash")]
        if refusals:
            return f"The server answered the join: {refusals[-1]}."
        if self.complaint:
            return f"The browser's console says: {self.complaint}"
        return "No join was answered. Does the page load the client, and does the app serve /live?"

"""The Lab: the messenger in a process of its own, people with browsers, and faults between them."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from course.lab.app.host import Host
from course.lab.app.process import AppError
from course.lab.app.state import APP, AppState, StateName, find_state
from course.lab.fault_methods import FaultMethods
from course.lab.messenger.notification_methods import NotificationMethods
from course.lab.person.forged_frames import join_at, push_event
from course.lab.person.person import VIEWPORT, Person
from course.lab.person.shared_browser import borrow_browser, return_browser


class Lab(FaultMethods, NotificationMethods):
    """A running messenger and the people who use it. Made by `Lab.open`.

    Attributes:
        state: which app runs here.
        data: the folder with its database.
        log: the server's log file.
        scale: device pixels per CSS pixel, for the pages of people who come from now on.
    """

    def __init__(self, state: AppState, data: Path | None, headless: bool) -> None:
        self.state = state
        self._owns_state = False
        self._folder = tempfile.TemporaryDirectory(prefix="parley-lab-", ignore_cleanup_errors=True)
        self.data = data or Path(self._folder.name) / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.log = Path(self._folder.name) / "server.log"
        self.log.touch()
        self.scale = 1.0
        self._host = Host(state, self.data, self.log)
        self._people: dict[str, Person] = {}
        self._broken: set[str] = set()
        self._headless = headless
        self._closed = False

    @classmethod
    async def open(
        cls,
        state: StateName = "workspace",
        people: Iterable[str] = (),
        headless: bool = True,
        data: Path | None = None,
        app: str = APP,
    ) -> Self:
        """Open a Lab; also an async context manager: ``async with await Lab.open(2) as lab``.

        The app starts when the first page is opened, and starts again when its files have changed since.

        Args:
            state: ``"workspace"``, a chapter's state such as ``2``, ``"finished"``, or a folder.
            people: names of people who are there from the start.
            app: ``module:function`` that makes the app; by default the whole messenger.
            headless: whether the browser works without a window.
            data: the folder with the database; by default a temporary one, which starts with the seed.

        Raises:
            NoBrowser: if a person comes at once, and no Chromium starts.
            CourseError: if there is no such state.
        """
        lab = cls(replace(find_state(state), factory=app), data, headless)
        lab._owns_state = True
        for name in people:
            await lab.person(name)
        return lab

    @classmethod
    def for_state(cls, state: AppState, headless: bool = True, data: Path | None = None) -> Self:
        """Return a Lab for a state that the caller has found and closes."""
        return cls(state, data, headless)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End everything that the Lab has started. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*(person.leave() for person in self._people.values()), return_exceptions=True)
        for _ in self._people:
            await return_browser(self._headless)
        self._people.clear()
        await self._end_pushes()
        await self._host.stop()
        if self._owns_state:
            self.state.close()
        self._folder.cleanup()

    # People.

    async def person(self, name: str, *, viewport: tuple[int, int] = VIEWPORT, dark: bool = False) -> Person:
        """Return the person with this name, who gets a browser when they come for the first time.

        Args:
            name: the name, as the pictures show it.
            viewport: width and height of the page in CSS pixels.
            dark: whether the browser asks for dark colours.
        """
        if name in self._people:
            return self._people[name]
        browser = await borrow_browser(self._headless)
        person = await Person.arrive(
            name, browser, self._host.port, viewport=viewport, scale=self.scale, dark=dark
        )
        person.in_fault = lambda: self._host.killed or name in self._broken
        person.before_goto = self._refresh
        self._people[name] = person
        return person

    async def people(self, *names: str) -> list[Person]:
        """Return several people at once: ``alice, bob = await lab.people("Alice", "Bob")``."""
        return [await self.person(name) for name in names]

    async def join_by_hand(self, person: Person, path: str) -> dict[str, Any]:
        """Join the view of this person's page at another address, with forged frames.

        Returns:
            The payload of the reply: ``status``, and ``response``.
        """
        return await join_at(person, path)

    async def push_by_hand(self, person: Person, event: str, value: object) -> str:
        """Send an event on the socket of this person's page, with a forged frame.

        Returns:
            The response in the reply, as JSON; the page does not show its effect.
        """
        _, answer = await push_event(person, event, value)
        return answer

    async def dismiss(self, person: Person) -> None:
        """Send a person away and close their browser."""
        del self._people[person.name]
        await person.leave()
        await return_browser(self._headless)

    @property
    def everyone(self) -> list[Person]:
        """All people who are here."""
        return list(self._people.values())

    # The server.

    @property
    def pid(self) -> int | None:
        """The server's process id, while it runs."""
        return self._host.pid

    @property
    def url(self) -> str:
        """The server's own address, without a link."""
        return f"http://127.0.0.1:{self._host.port}"

    @property
    def raised(self) -> list[AppError]:
        """Every exception that the app has raised, except those that `crash` has made."""
        return self._host.raised

    async def hear_out(self) -> None:
        """Wait until every exception that the app has raised up to now is in `raised`."""
        await self._host.hear_out()

    def log_text(self) -> str:
        """Return the text of the server's log so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the app."""
        return self._host.environment()

    async def python(self, code: str) -> tuple[str, str]:
        """Run a piece of Python in a process of its own, in the app's environment and with its database.

        Returns:
            The text that it wrote to standard output, and to standard error.
        """
        return await self._host.python(code)

    async def _refresh(self) -> None:
        await self._host.refresh()
        self._point_links()

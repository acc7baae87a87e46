"""The faults that can be made on purpose, in the Lab and on the stage alike.

Each method returns when the page shows its effect; otherwise it raises `FaultDidNotHappen`.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence

from course.lab import faults
from course.lab.app.host import Host
from course.lab.app.state import forget_secret
from course.lab.errors import LabError
from course.lab.faults import Before
from course.lab.messenger.sign_in import PASSWORD, sign_in
from course.lab.person.watched import Named, Watched
from course.lab.protocols import Person


class FaultMethods(ABC):
    """A running app, the people who use it, and the faults between them."""

    _host: Host
    _broken: set[str]

    @property
    @abstractmethod
    def everyone(self) -> Sequence[Watched]:
        """All people who are here."""

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._host.alive

    async def start(self) -> None:
        """Start the app now; without this it starts with the first page.

        Raises:
            NoMessenger: if the state has no app yet.
            AppDidNotStart: if it raised; the message shows the lines of its own files.
        """
        await self._host.start()
        self._point_links()

    def _point_links(self) -> None:
        for person in self.everyone:
            person.network.server_port = self._host.port

    def _find(self, person: Named) -> Watched:
        for one in self.everyone:
            if one.name == person.name:
                return one
        advice = f'`await lab.person("{person.name}")` brings them here.'
        raise LabError(f"{person.name} is not here.", advice)

    async def sign_in(self, person: Person, name: str | None = None, password: str = PASSWORD) -> None:
        """Sign a person in by the app's own form; from chapter 4 on.

        Args:
            person: the person in front of the browser.
            name: a seeded nickname or an email; the person's own name by default.
            password: the password of the seeded people by default.

        Raises:
            LabError: if the app has no sign-in page, or refuses.
        """
        await sign_in(person, name or person.name, password)

    # The server.

    async def kill(self) -> None:
        """End the server as `kill -9` does.

        Raises:
            LabError: if it does not run.
            FaultDidNotHappen: if a page stays connected.
        """
        before = [await Before.of(person) for person in self._reached()]
        await self._host.kill()
        await asyncio.gather(*(faults.see_lost(one, "kill") for one in before))

    async def restart(self, *, new_key: bool = False) -> None:
        """Start the server again, after killing it if it runs; return when every page has joined again.

        Args:
            new_key: whether it gets a new signing key, so that it refuses the cookies and tokens of before.

        Raises:
            AppDidNotStart: if the app does not start.
            FaultDidNotHappen: if a page has not joined again.
        """
        if self.alive:
            await self.kill()
        if new_key:
            forget_secret(self._host.data)
        lost = [(p, p.mark(), faults.lost_views(await p.views())) for p in self._reached()]
        await self.start()
        await asyncio.gather(*(faults.see_back(*one, "restart") for one in lost))
        self._host.killed = False

    def _reached(self) -> list[Watched]:
        """Return the people whose link is open, so that their pages notice what happens to the server."""
        return [person for person in self.everyone if person.network.mode in ("pass", "delay")]

    # One person's link.

    async def cut(self, person: Named, *, reset: bool = True) -> None:
        """End this person's connections, and all new ones, until `fix`.

        Raises:
            FaultDidNotHappen: if the page does not show the effect.
        """
        self._broken.add(person.name)
        await faults.cut(self._find(person), reset=reset)

    async def refuse(self, person: Named) -> None:
        """Close this person's connections and refuse new ones until `fix`.

        Raises:
            FaultDidNotHappen: if the page does not show the effect.
        """
        self._broken.add(person.name)
        await faults.refuse(self._find(person))

    async def hang(self, person: Named) -> None:
        """Keep this person's connections open and forward nothing until `fix`.

        Raises:
            FaultDidNotHappen: if the page does not show the effect.
        """
        self._broken.add(person.name)
        await faults.hang(self._find(person))

    async def deafen(self, person: Named) -> None:
        """Forward what this person sends, and no answer of the server, until `fix` or another fault.

        Raises:
            FaultDidNotHappen: if the page does not show the effect.
        """
        self._broken.add(person.name)
        await faults.deafen(self._find(person))

    async def delay(self, person: Named, seconds: float) -> None:
        """Hold everything back for so many seconds, each way, until `fix`.

        Raises:
            FaultDidNotHappen: if the page does not show the effect.
            ValueError: if ``seconds`` is negative.
        """
        self._broken.add(person.name)
        await faults.delay(self._find(person), seconds)

    async def fix(self, person: Named) -> None:
        """Let this person's link forward everything again; return when the page's views have joined again.

        Raises:
            FaultDidNotHappen: if a view has not joined again.
            PageNotLive: if the page does not become live.
        """
        await faults.fix(self._find(person))
        self._broken.discard(person.name)

    # One view.

    async def crash(self, person: Named, view: str | None = None) -> None:
        """Make one view of this person's page raise inside its own mailbox.

        Args:
            person: the owner of the page.
            view: the view's class name or element id; by default the main view, or else the first one.

        Raises:
            LabError: if there is no such view.
            FaultDidNotHappen: if the page does not show the effect.
        """
        found = self._find(person)
        views = sorted(await found.views(), key=lambda one: not one.main)
        if not views:
            raise LabError(f"{person.name}'s page has no live view to crash.", "Open one with goto first.")
        mark = found.mark()
        topic = await self._host.crash([f"lv:{one.id}" for one in views], view)
        await faults.crash(found, topic, mark)

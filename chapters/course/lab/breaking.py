"""What can be broken in a Lab: the server, one person's link, one view.

Each method returns when its effect was seen in the page; otherwise it raises `FaultDidNotHappen`.
"""

from __future__ import annotations

import asyncio

from course.lab import faults
from course.lab.errors import LabError
from course.lab.faults import Before
from course.lab.host import Host
from course.lab.person import Person
from course.lab.state import forget_secret


class Breaking:
    """The faults of a `Lab`."""

    _host: Host
    _broken: set[str]

    @property
    def alive(self) -> bool:
        """Whether the server runs."""
        return self._host.alive

    @property
    def everyone(self) -> list[Person]:
        """All people who are here."""
        raise NotImplementedError

    async def start(self) -> None:
        """Start the app."""
        raise NotImplementedError

    async def kill(self) -> None:
        """End the server as `kill -9` does."""
        before = [await Before.of(person) for person in self._reached()]
        await self._host.kill()
        await asyncio.gather(*(faults.see_lost(one, "kill") for one in before))

    async def restart(self, *, new_key: bool = False) -> None:
        """Start the server again, killing it first if it runs; returns when every page has joined again.

        Args:
            new_key: give it another signing key, so that it knows none of its cookies and tokens any more.
        """
        if self.alive:
            await self.kill()
        if new_key:
            forget_secret(self._host.data)
        lost = [(p, p.mark(), faults.lost_views(await p.views())) for p in self._reached()]
        await self.start()
        await asyncio.gather(*(faults.see_back(*one, "restart") for one in lost))
        self._host.killed = False

    def _reached(self) -> list[Person]:
        """The people whose link is whole, so that their pages feel what happens to the server."""
        return [person for person in self.everyone if person.network.mode in ("pass", "delay")]

    async def cut(self, person: Person, *, reset: bool = True) -> None:
        """Pull this person's cable; it stays out until `mend`."""
        self._broken.add(person.name)
        await faults.cut(person, reset=reset)

    async def refuse(self, person: Person) -> None:
        """Close this person's connections and refuse new ones until `mend`."""
        self._broken.add(person.name)
        await faults.refuse(person)

    async def hang(self, person: Person) -> None:
        """Keep this person's connections open and move nothing until `mend`."""
        self._broken.add(person.name)
        await faults.hang(person)

    async def delay(self, person: Person, seconds: float) -> None:
        """Make everything late by so many seconds, each way, until `mend`."""
        self._broken.add(person.name)
        await faults.delay(person, seconds)

    async def mend(self, person: Person) -> None:
        """Let this person's link pass everything again."""
        await faults.mend(person)
        self._broken.discard(person.name)

    async def crash(self, person: Person, view: str | None = None) -> None:
        """Make one view of this person's page raise inside its own mailbox.

        Args:
            person: whose page it is on.
            view: the view's class name or element id; the main view, or the first one, when left out.
        """
        views = sorted(await person.views(), key=lambda one: not one.main)
        if not views:
            raise LabError(f"{person.name}'s page has no live view to crash.", "Open one with goto first.")
        mark = person.mark()
        topic = await self._host.crash([f"lv:{one.id}" for one in views], view)
        await faults.crash(person, topic, mark)

"""What breaks in the storm, and what people do in the same moments."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from storm.writers import Writer

from course.lab import Lab
from course.lab.person.person import Person

LONGEST_DELAY = 0.2


class Faults:
    """Every kind of fault. Each has happened, as the Lab has seen, and is fixed when it returns.

    Args:
        lab: where they happen.
        writers: who is there; some of them send meanwhile.
        chance: decides who is hit, who sends, and how.
    """

    def __init__(self, lab: Lab, writers: list[Writer], chance: random.Random) -> None:
        self._lab, self._writers, self._chance = lab, writers, chance
        self._kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "cut": self._cut,
            "refuse": self._refuse,
            "hang": self._hang,
            "delay": self._delay,
            "crash": self._crash,
            "kill": self._kill,
            "kill twice": self._kill_twice,
        }

    async def one(self) -> str:
        """Let one happen, of any kind; returns its name."""
        name = self._chance.choice(sorted(self._kinds))
        await self._kinds[name]()
        return name

    async def _cut(self) -> None:
        await self._one_link(lambda person: self._lab.cut(person, reset=self._chance.random() < 0.5))

    async def _refuse(self) -> None:
        await self._one_link(self._lab.refuse)

    async def _hang(self) -> None:
        await self._one_link(self._lab.hang)

    async def _delay(self) -> None:
        seconds = self._chance.uniform(0.02, LONGEST_DELAY)
        await self._one_link(lambda person: self._lab.delay(person, seconds))

    async def _one_link(self, breaking: Callable[[Person], Awaitable[None]]) -> None:
        person = self._chance.choice(self._writers).person
        await self._while_writing(breaking(person))
        await self._while_writing(self._lab.fix(person))

    async def _crash(self) -> None:
        person = self._chance.choice(self._writers).person
        # A line that was broken may end later, for missed heartbeats; then there is no view for a moment.
        await person.live()
        await self._while_writing(self._lab.crash(person))

    async def _kill(self) -> None:
        await self._while_writing(self._lab.kill())
        await self._while_writing(self._lab.restart())

    async def _kill_twice(self) -> None:
        await self._kill()
        await self._kill()

    async def _while_writing(self, happening: Awaitable[None]) -> None:
        """Some send, in the same moments in which something happens."""
        some = self._chance.sample(self._writers, self._chance.randint(1, len(self._writers)))
        await asyncio.gather(happening, *(writer.send() for writer in some))

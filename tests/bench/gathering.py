"""The members of a conversation, as the load: messages they send, and what arrives at each of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from client import Viewer
from member import Member, Trouble
from servers import Server
from support.reading_hook import SELDOM

PATIENCE = 10.0
HEARTBEAT = 10.0
BEAT = json.dumps([None, "1", "phoenix", "heartbeat", {}])
# Until reads have been said and stored, and all have heard of it.
SETTLE = SELDOM + 1.0
SETTLE_AT_MOST = 20.0
# A server has nothing to do when it uses this part of its core, over so many seconds.
IDLE = 0.1
LOOK = 0.5
AT_ONCE = 25


@dataclass
class Sent:
    """A message on its way."""

    begun: float
    missing: int
    delays: list[float] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)


class Conversation:
    """All members of one conversation, and what they have got.

    Args:
        server: the running server.
        made: path and cookies, as the preparing process tells them.
        trouble: where to count what goes wrong.
    """

    def __init__(self, server: Server, made: dict[str, Any], trouble: Trouble, first: int = 0) -> None:
        self.server = server
        self.members = [
            Member(server.host, made["path"], cookie, self.arrived, trouble) for cookie in made["cookies"]
        ]
        self.there: list[Member] = []
        self.sent: dict[int, Sent] = {}
        self.missing = self.messages = 0
        self._number, self._turn = first, 0
        self._beating: asyncio.Task[None] | None = None

    def arrived(self, member: Member, number: int, now: float) -> None:
        """A member has a message."""
        if (sent := self.sent.get(number)) is None:
            return
        delay = now - sent.begun
        if delay <= PATIENCE:
            sent.delays.append(delay)
            sent.missing -= 1
            if sent.missing == 0:
                sent.arrived.set()

    async def come(self, members: Sequence[Member]) -> None:
        """They come, a few at a time."""
        for start in range(0, len(members), AT_ONCE):
            some = members[start : start + AT_ONCE]
            await asyncio.gather(*(member.come() for member in some))
            self.there += some
        if self._beating is None:
            self._beating = asyncio.create_task(beat(lambda: [member.viewer for member in self.there]))

    def say(self, begun: float | None = None) -> Sent:
        """The next one in turn sends a message."""
        member = self.there[self._turn % len(self.there)]
        self._turn += 1
        self._number += 1
        sent = self.sent[self._number] = Sent(begun or perf_counter(), len(self.there))
        self.messages += 1
        member.say(self._number)
        return sent

    async def wait_for(self, sent: Sent) -> None:
        """Until all have it; what has not come in time is missing."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0, sent.begun + PATIENCE - perf_counter())):
                await sent.arrived.wait()
        self.missing += sent.missing

    async def one_by_one(self, seconds: float) -> list[float]:
        """Send a message when all have the one before, for so long. Returns the delays."""
        ends, delays = perf_counter() + seconds, []
        while perf_counter() < ends:
            sent = self.say()
            await self.wait_for(sent)
            delays += sent.delays
        return delays

    async def at_a_rate(self, rate: float, seconds: float) -> list[float]:
        """Send so many messages a second, whether the others have come or not. Returns the delays."""
        begun, all_sent = perf_counter(), []
        for number in range(round(rate * seconds)):
            due = begun + number / rate
            await asyncio.sleep(max(0, due - perf_counter()))
            all_sent.append(self.say(due))
        for sent in all_sent:
            await self.wait_for(sent)
        return [delay for sent in all_sent for delay in sent.delays]

    async def drop_and_return(self, members: Sequence[Member]) -> float:
        """Their connections are cut; returns the seconds until they are back."""
        for member in members:
            member.drop()
        begun = perf_counter()
        await asyncio.gather(*(member.come() for member in members))
        return perf_counter() - begun

    @property
    def reads(self) -> int:
        """Return how often the members have reported how far they have read."""
        return sum(member.has_read for member in self.members)

    async def settle(self) -> None:
        """Wait until the server has done what it had to do."""
        await asyncio.sleep(SETTLE)
        ends = perf_counter() + SETTLE_AT_MOST
        while perf_counter() < ends:
            before, begun = self.server.cpu(), perf_counter()
            await asyncio.sleep(LOOK)
            if (self.server.cpu() - before) / (perf_counter() - begun) < IDLE:
                return

    def leave(self) -> None:
        """All go."""
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        for member in self.there:
            member.drop()
        self.there = []


async def beat(viewers: Callable[[], Sequence[Viewer]]) -> None:
    """Send what the client sends every ten seconds. A socket that is silent for a minute is closed."""
    while True:
        for viewer in (now := viewers()):
            viewer.send(BEAT)
            await asyncio.sleep(HEARTBEAT / len(now))


@dataclass
class InFlight:
    """A closed loop with so many messages in flight, in turns."""

    conversation: Conversation
    number: int
    updates: int = 0
    messages: int = 0
    reads: int = 0
    cpu: float = 0

    async def go_on(self, seconds: float) -> None:
        """Send for so long, and let the reads be stored that follow."""
        here = self.conversation
        before, messages, reads = here.server.cpu(), here.messages, here.reads
        for delays in await asyncio.gather(*(here.one_by_one(seconds) for _ in range(self.number))):
            self.updates += len(delays)
        await here.settle()
        self.cpu += here.server.cpu() - before
        self.messages += here.messages - messages
        self.reads += here.reads - reads

    @property
    def per_cpu_second(self) -> float:
        """Delivered updates per second of server CPU, with all that follows from them."""
        return self.updates / self.cpu if self.cpu else 0

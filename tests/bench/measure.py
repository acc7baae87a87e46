"""One case: so many viewers of one server."""

from __future__ import annotations

import asyncio
import json
import statistics
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlencode

from client import Viewer
from servers import Kind, Server
from support.live_page import LivePage

# So many times a case and bare ASGI take turns: a machine is rarely as fast as it was a minute ago.
TURNS = 4
SEQUENTIAL_JOINS = 60
AT_ONCE = 25
WARM_UP = 5
PATIENCE = 60
TEXT = "hello from bob, this is message number {}, the quick brown fox jumps over the lazy dog"
NO_MARK = b"\0"
MARK = "message number {},"


@dataclass
class Result:
    """The numbers of a case, in the units of the table."""

    kind: Kind
    history: int
    viewers: int
    per_cpu_second: float = 0
    bare_per_cpu_second: float = 0
    p50_ms: float = 0
    p99_ms: float = 0
    bytes: float = 0
    join_ms: float = 0
    join_cpu_ms: float = 0
    kilobytes: float = 0
    back_seconds: float = 0
    messages: int = 0

    @property
    def of_bare(self) -> float | None:
        """The part of what bare ASGI did in the same minute; None where it was not measured."""
        return self.per_cpu_second / self.bare_per_cpu_second if self.bare_per_cpu_second else None


@dataclass
class Page:
    """The values that a viewer needs to join."""

    path: str
    cookie: str = ""
    topic: str = ""
    join: str = ""
    join_ref: str = ""


@dataclass
class Crowd:
    """The viewers of a server."""

    server: Server
    kind: Kind
    pages: list[Page] = field(default_factory=list)
    viewers: list[Viewer] = field(default_factory=list)
    sent: int = 0
    mark: bytes = NO_MARK
    arrivals: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    all_arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def fetch(self, number: int) -> None:
        """Get a page for each viewer."""
        self.pages = [
            fetch_page(self.server.host) if self.kind.speaks_live else Page("/") for _ in range(number)
        ]

    def on_frame(self, viewer: Viewer, payload: bytes, now: float) -> None:
        """Note an update, or the reply to a join."""
        if self.mark in payload:
            self.arrivals.append(now)
            self.sizes.append(len(payload))
            if len(self.arrivals) == len(self.viewers):
                self.all_arrived.set()
        elif not viewer.joined.done() and b'"rendered"' in payload:
            viewer.joined_at = now
            viewer.joined.set_result(None)

    async def come(self, page: Page) -> tuple[Viewer, float]:
        """Open a socket and join. Returns the viewer and how long the join took, in seconds."""
        host, port = self.server.host.split(":")
        loop = asyncio.get_running_loop()
        make = lambda: Viewer(self.server.host, page.path, page.cookie, self.on_frame)  # noqa: E731
        _, viewer = await loop.create_connection(make, host, int(port))
        await viewer.opened
        begun = perf_counter()
        if self.kind.speaks_live:
            viewer.send(page.join)
            await viewer.joined
        return viewer, viewer.joined_at - begun

    async def all_come(self) -> list[float]:
        """The first ones come one by one, the others a few at a time. Returns how long the joins took."""
        took = []
        for page in self.pages[:SEQUENTIAL_JOINS]:
            viewer, seconds = await self.come(page)
            self.viewers.append(viewer)
            took.append(seconds)
        rest = self.pages[SEQUENTIAL_JOINS:]
        for start in range(0, len(rest), AT_ONCE):
            came = await asyncio.gather(*map(self.come, rest[start : start + AT_ONCE]))
            self.viewers += [viewer for viewer, _ in came]
        return took

    async def broadcast(self) -> list[float]:
        """The first viewer sends; wait until all have it. Returns the delays in seconds."""
        number, self.sent = self.sent, self.sent + 1
        self.mark = MARK.format(number).encode()
        self.arrivals, self.sizes = [], []
        self.all_arrived.clear()
        frame = self.frame(number)
        begun = perf_counter()
        self.viewers[0].send(frame)
        async with asyncio.timeout(PATIENCE):
            await self.all_arrived.wait()
        return [arrived - begun for arrived in self.arrivals]

    def frame(self, number: int) -> str:
        """Return the frame that the sender sends."""
        text = TEXT.format(number)
        if not self.kind.speaks_live:  # as large as an update of ours
            changes = {"k": {"0": {"0": "messages-1000", "1": "bob", "2": "12:34", "3": text}, "kc": 1}}
            changes["stream"] = ["0", [["messages-1000", -1, -50, False]], []]  # type: ignore[assignment]
            return json.dumps(
                ["4", None, "lv:phx-ABCDEFGHIJKL", "diff", {"0": changes}], separators=(",", ":")
            )
        payload = {"type": "form", "event": "send", "value": urlencode({"text": text}), "meta": {}}
        page = self.pages[0]
        return json.dumps([page.join_ref, str(number + 10), page.topic, "event", payload])

    async def drop_and_return(self) -> float:
        """All connections are cut; returns the seconds until everybody is back."""
        self.mark = NO_MARK  # the pages that come back have the last message in them, too
        for viewer in self.viewers:
            viewer.drop()
        begun = perf_counter()
        async with asyncio.timeout(PATIENCE):
            came = await asyncio.gather(*map(self.come, self.pages))
        seconds = perf_counter() - begun
        self.viewers = [viewer for viewer, _ in came]
        return seconds

    def leave(self) -> None:
        """All connections are cut, and nobody comes back."""
        for viewer in self.viewers:
            viewer.drop()


@dataclass
class Sending:
    """The frames that a crowd got while messages were sent."""

    crowd: Crowd
    delays: list[float] = field(default_factory=list)
    messages: int = 0
    cpu: float = 0

    async def go_on(self, seconds: float) -> None:
        """Send messages for so long, one after the other."""
        before, ends = self.crowd.server.cpu(), perf_counter() + seconds
        while perf_counter() < ends:
            self.delays += await self.crowd.broadcast()
            self.messages += 1
        self.cpu += self.crowd.server.cpu() - before

    @property
    def per_cpu_second(self) -> float:
        """Delivered updates per second of server CPU."""
        return len(self.delays) / self.cpu if self.cpu else 0


async def gather_crowd(kind: Kind, viewers: int, server: Server) -> tuple[Crowd, Result]:
    """Let so many viewers come, and measure how they do."""
    result = Result(kind, 0, viewers)
    crowd = Crowd(server, kind)
    await asyncio.to_thread(crowd.fetch, viewers)
    memory, cpu = server.memory(), server.cpu()
    joins = await crowd.all_come()
    result.join_ms = statistics.median(joins) * 1000
    result.join_cpu_ms = (server.cpu() - cpu) / viewers * 1000
    for _ in range(WARM_UP):
        await crowd.broadcast()
    result.kilobytes = max(0, server.memory() - memory) / viewers / 1024
    return crowd, result


async def measure(
    kind: Kind, history: int, viewers: int, server: Server, seconds: float, bare: Crowd | None = None
) -> Result:
    """Measure one case.

    Args:
        kind: the server's kind.
        history: how many messages there were.
        viewers: how many come.
        server: the running server.
        seconds: for how long messages are sent.
        bare: as many viewers of bare ASGI, for the comparison; it takes turns with this case.
    """
    crowd, result = await gather_crowd(kind, viewers, server)
    result.history = history
    sending, beside = Sending(crowd), Sending(bare) if bare is not None else None
    for _ in range(TURNS):
        await sending.go_on(seconds / TURNS)
        if beside is not None:
            await beside.go_on(seconds / TURNS)
    if beside is not None:
        result.bare_per_cpu_second = beside.per_cpu_second
    result.messages = sending.messages
    result.per_cpu_second = sending.per_cpu_second
    cuts = statistics.quantiles(sending.delays, n=100)
    result.p50_ms, result.p99_ms = cuts[49] * 1000, cuts[98] * 1000
    result.bytes = statistics.mean(crowd.sizes)
    result.back_seconds = await crowd.drop_and_return()
    await crowd.broadcast()  # all are really back
    crowd.leave()
    return result


def fetch_page(host: str) -> Page:
    """Request the page and make its join."""
    page = LivePage.request(host, "/")
    return Page(page.socket, page.cookie, page.topic, page.join(), page.join_ref)

"""Those who only read in the storm. They have no browsers: a browser's part of the wire is all they need.

A reader's page is kept as the client keeps it, over all its joins: a stream that is not reset keeps its
items. After each frame it must be in order, and at the end each must have shown all that is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Sequence
from typing import Any

from storm.shown import Shown
from storm.writers import StormError
from support.live_page import TOLD, LivePage
from support.reading_hook import ReadingHook
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

# As in static/connection.js; a view that has crashed is joined again after a second.
WAITS = (0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.5, 1.0, 2.0)
REJOIN_AFTER = 1.0
HEARTBEAT = 10.0
SECONDS_TO_RETURN = 60.0


class Reader:
    """One who reads.

    Args:
        name: for messages.
        host: host and port of the server.
        path: of the conversation.
        cookie: of who has signed in.

    Attributes:
        seen: every message that the page has shown, by id.
        shown: what it shows now.
        there: whether its view is joined.
        returns: how often it has joined again.
    """

    def __init__(self, name: str, host: str, path: str, cookie: str) -> None:
        self.name = name
        self.seen: dict[int, str] = {}
        self.shown: dict[int, str] = {}
        self.there = asyncio.Event()
        self.returns = -1
        self._where = host, path, cookie
        self._tree: Shown | None = None
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._reading: asyncio.Task[None] | None = None
        self._hook = ReadingHook(self._read)

    async def come(self) -> None:
        """Open the page, and stay until `leave`."""
        self._page = await asyncio.to_thread(LivePage.request, *self._where)
        self._task = asyncio.create_task(self._stay())
        await self.be_there()

    async def be_there(self) -> None:
        """Wait until the view is joined. Raises StormError, also for what has gone wrong before."""
        waiting = asyncio.create_task(self.there.wait())
        assert self._task is not None
        await asyncio.wait(
            {waiting, self._task}, timeout=SECONDS_TO_RETURN, return_when=asyncio.FIRST_COMPLETED
        )
        waiting.cancel()
        if self._task.done():
            await self._task
        if not self.there.is_set():
            raise StormError(f"{self.name} has not come back within {SECONDS_TO_RETURN:.0f} seconds")

    def cut(self) -> None:
        """Tear the line. The page comes back by itself."""
        if self._socket is not None:
            self.there.clear()
            self._socket.transport.abort()

    async def leave(self) -> None:
        """Close the page."""
        self._hook.end()
        for task in (self._task, self._reading):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, StormError):
                    await task

    async def _stay(self) -> None:
        host, _, _ = self._where
        in_vain = 0
        while True:
            returns, headers = self.returns, {"Cookie": self._page.cookie}
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                async with connect(
                    f"ws://{host}{self._page.socket}",
                    origin=f"http://{host}",  # type: ignore[arg-type]
                    additional_headers=headers,
                    max_size=None,
                    compression=None,
                ) as socket:
                    self._socket = socket
                    await self._live(socket)
            in_vain = in_vain if self.returns == returns else 0
            self.there.clear()
            await asyncio.sleep(WAITS[min(in_vain, len(WAITS) - 1)])
            in_vain += 1

    async def _live(self, socket: ClientConnection) -> None:
        await self._join()
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    frame = json.loads(await socket.recv())
            except TimeoutError:
                await socket.send('[null,"1","phoenix","heartbeat",{}]')
                continue
            await self._take(frame)

    async def _join(self) -> None:
        assert self._socket is not None
        await self._socket.send(self._page.join(**TOLD))

    async def _take(self, frame: list[Any]) -> None:
        _, ref, topic, event, payload = frame
        if topic != self._page.topic:
            return
        if event == "phx_error" or (ref == self._page.join_ref and payload["status"] == "error"):
            self.there.clear()
            await asyncio.sleep(REJOIN_AFTER)
            await self._join()
        elif event == "diff":
            self._merge(payload)
        elif event == "phx_reply":
            response = payload["response"]
            if rendered := response.get("rendered"):
                self._merge(rendered, join=True)
                self.returns += 1
                self.there.set()
            elif diff := response.get("diff"):
                self._merge(diff)
        elif event != "phx_close":
            raise StormError(f"{self.name} was sent {event}: {payload}")

    def _merge(self, diff: dict[str, Any], *, join: bool = False) -> None:
        if self._tree is None:
            self._tree = Shown(diff)
        else:
            self._tree.merge(diff, join=join)
        self.shown = self._tree.messages(self.seen)
        numbers = list(self.shown)
        if numbers != sorted(numbers):
            raise StormError(f"{self.name}'s page has the messages in another order: {numbers[-5:]}")
        if join:
            self._hook.begin()
        self._hook.look(max(self.shown, default=0))

    def _read(self, newest: int) -> None:
        if self._socket is not None and self.there.is_set():
            self._reading = asyncio.create_task(self._tell(self._socket, newest))

    async def _tell(self, socket: ClientConnection, newest: int) -> None:
        # A line that breaks meanwhile is nothing: the next join tells it again.
        with contextlib.suppress(WebSocketException):
            await socket.send(self._page.hook_event("read", {"to": newest})[1])

    def compare(self, stored: dict[int, str], least: int) -> str:
        """Return the differences between the log that was shown and the one that is stored.

        Args:
            stored: all messages by id, in the order of the log.
            least: so many of the newest ones the page must show.
        """
        shown = list(self.shown.items())
        if len(shown) < min(len(stored), least) or shown != list(stored.items())[-len(shown) :]:
            return f"{self.name}'s page ends with {shown[-3:]}, the table with {list(stored.items())[-3:]}"
        if self.seen != stored:
            lost = [text for number, text in stored.items() if self.seen.get(number) != text]
            return f"{self.name} has not seen {lost[:3]}, but {sorted(set(self.seen) - set(stored))[:3]}"
        return ""


class Readers:
    """All who only read.

    Args:
        readers: who they are.
        chance: decides who is hit.

    Attributes:
        cuts: how often one of them has lost their line.
    """

    def __init__(self, readers: list[Reader], chance: random.Random) -> None:
        self.all = readers
        self.cuts = 0
        self._chance = chance

    async def come(self, url: str, path: str, cookies: Sequence[str]) -> None:
        """All open the page at `path`, each with one of the cookies."""
        for cookie in cookies:
            self.all.append(Reader(f"Reader {len(self.all) + 1}", url.removeprefix("http://"), path, cookie))
        await asyncio.gather(*(reader.come() for reader in self.all))

    async def compare(self, stored: dict[int, str], least: int) -> str:
        """Return the first difference that a reader has; see `Reader.compare`."""
        await self.be_there()
        return next(filter(None, (reader.compare(stored, least) for reader in self.all)), "")

    @property
    def returns(self) -> int:
        """The number of joins after the first ones."""
        return sum(reader.returns for reader in self.all)

    def cut_some(self) -> None:
        """Some lose their line."""
        for reader in self._chance.sample(self.all, self._chance.randint(0, len(self.all))):
            reader.cut()
            self.cuts += 1

    async def be_there(self) -> None:
        """Wait until all are back. Raises StormError."""
        await asyncio.gather(*(reader.be_there() for reader in self.all))

    async def leave(self) -> None:
        """All close the page."""
        await asyncio.gather(*(reader.leave() for reader in self.all))

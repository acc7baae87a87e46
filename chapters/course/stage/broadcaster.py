"""`Broadcaster`: sends orders for frames to the stage's page at once, and everything else in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from course.lab.link.frames import Frame
from course.stage.log import Line
from course.stage.parts import Part
from quart_live import PubSub

TOPIC = "stage"
FRAMES_KEPT = 400
LINES_KEPT = 300
# The page gets at most thirty updates in a second, and the eye does not see the difference.
SECONDS_BETWEEN = 0.033


@dataclass(frozen=True)
class Numbered:
    """A frame on the wire, its number since the stage was opened, and the parts that it sends."""

    number: int
    frame: Frame
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class News:
    """The changes since the last news.

    Attributes:
        frames: the new frames, oldest first.
        lines: the new lines of the server's log, oldest first.
        cleared: whether all frames and lines before these are of an earlier run.
        changed: whether the scene has changed.
    """

    frames: tuple[Numbered, ...]
    lines: tuple[Line, ...]
    cleared: bool
    changed: bool


@dataclass(frozen=True)
class Order:
    """A message for the frame with a key."""

    key: str
    message: dict[str, Any]


class Broadcaster:
    """Collects news and broadcasts them on `TOPIC`; keeps the newest for pages that are opened later.

    Attributes:
        frames: the newest frames of all people, oldest first.
        lines: the newest lines of the server's log.
    """

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub
        self._orders: asyncio.Queue[Order] = asyncio.Queue()
        self._has_news = asyncio.Event()
        self._frames_seen = 0
        self.frames: deque[Numbered] = deque(maxlen=FRAMES_KEPT)
        self.lines: deque[Line] = deque(maxlen=LINES_KEPT)
        self._reset_news()

    def frame(self, frame: Frame, parts: tuple[Part, ...] = ()) -> None:
        """Add a frame and the parts that it sends."""
        self._frames_seen += 1
        numbered = Numbered(self._frames_seen, frame, parts)
        self.frames.append(numbered)
        self._frames.append(numbered)
        self._has_news.set()

    def line(self, line: Line) -> None:
        """Add a line of the server's log."""
        self.lines.append(line)
        self._lines.append(line)
        self._has_news.set()

    @property
    def next_line(self) -> int:
        """The number of the next line."""
        return self.lines[-1].number + 1 if self.lines else 1

    def cleared(self) -> None:
        """Remove the frames and lines of the last run, because another run begins."""
        self.frames.clear()
        self.lines.clear()
        self._reset_news()
        self._cleared = self._changed = True
        self._has_news.set()

    def changed(self) -> None:
        """Note that the scene has changed."""
        self._changed = True
        self._has_news.set()

    def order(self, key: str, message: dict[str, Any]) -> None:
        """Send a message to the frame with this key."""
        self._orders.put_nowait(Order(key, message))

    async def run(self) -> None:
        """Broadcast until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._send_orders())
            group.create_task(self._send_news())

    async def _send_orders(self) -> None:
        while True:
            await self._pubsub.broadcast(TOPIC, await self._orders.get())

    async def _send_news(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            news = News(tuple(self._frames), tuple(self._lines), self._cleared, self._changed)
            self._reset_news()
            await self._pubsub.broadcast(TOPIC, news)
            await asyncio.sleep(SECONDS_BETWEEN)

    def _reset_news(self) -> None:
        self._frames: list[Numbered] = []
        self._lines: list[Line] = []
        self._cleared = self._changed = False

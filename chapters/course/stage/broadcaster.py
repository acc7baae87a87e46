"""From the stage to its page: orders for frames at once, everything else in batches."""

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
# The eye does not see the difference, and a busy minute costs the page thirty updates a second at most.
SECONDS_BETWEEN = 0.033


@dataclass(frozen=True)
class Numbered:
    """A frame on the wire, its place since the stage was opened, and the parts that it sends."""

    number: int
    frame: Frame
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class News:
    """What has happened since the last news.

    Attributes:
        frames: new ones, oldest first.
        lines: new ones of the server's log, oldest first.
        cleared: whether all frames and lines before these belong to another run.
        changed: whether the scene is another.
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
    """Collects news and broadcasts them on `TOPIC`; keeps the newest for those who come later.

    Attributes:
        frames: the newest frames of all people, oldest first.
        lines: the newest lines of the server's log.
    """

    def __init__(self, pubsub: PubSub) -> None:
        self._pubsub = pubsub
        self._orders: asyncio.Queue[Order] = asyncio.Queue()
        self._bell = asyncio.Event()
        self._frames_seen = 0
        self.frames: deque[Numbered] = deque(maxlen=FRAMES_KEPT)
        self.lines: deque[Line] = deque(maxlen=LINES_KEPT)
        self._forget()

    def frame(self, frame: Frame, parts: tuple[Part, ...] = ()) -> None:
        """A frame has passed, and has sent these parts."""
        self._frames_seen += 1
        numbered = Numbered(self._frames_seen, frame, parts)
        self.frames.append(numbered)
        self._frames.append(numbered)
        self._bell.set()

    def line(self, line: Line) -> None:
        """The server has logged a line."""
        self.lines.append(line)
        self._lines.append(line)
        self._bell.set()

    @property
    def next_line(self) -> int:
        """The number of the line that comes next."""
        return self.lines[-1].number + 1 if self.lines else 1

    def cleared(self) -> None:
        """Another run begins; what was shown of the last one goes."""
        self.frames.clear()
        self.lines.clear()
        self._forget()
        self._cleared = self._changed = True
        self._bell.set()

    def changed(self) -> None:
        """The scene is another."""
        self._changed = True
        self._bell.set()

    def order(self, key: str, message: dict[str, Any]) -> None:
        """Bring a message to a frame."""
        self._orders.put_nowait(Order(key, message))

    async def run(self) -> None:
        """Broadcast until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._bring_orders())
            group.create_task(self._tell_news())

    async def _bring_orders(self) -> None:
        while True:
            await self._pubsub.broadcast(TOPIC, await self._orders.get())

    async def _tell_news(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            news = News(tuple(self._frames), tuple(self._lines), self._cleared, self._changed)
            self._forget()
            await self._pubsub.broadcast(TOPIC, news)
            await asyncio.sleep(SECONDS_BETWEEN)

    def _forget(self) -> None:
        self._frames: list[Numbered] = []
        self._lines: list[Line] = []
        self._cleared = self._changed = False

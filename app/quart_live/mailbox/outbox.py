"""Frames that are written together at the end of a burst.

Written one by one, each frame would wake whoever reads at the other end, a proxy for instance, who then
sleeps again until the next one; on one machine that doubles the cost of the system call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger("quart_live.socket")

FRAMES_AT_ONCE = 64


class Outbox:
    """Frames that wait for the end of a burst. One per dispatcher, which flushes it before it gives way.

    Whoever sends in another way flushes it first, so that the frames of a connection keep their order.

    Attributes:
        frames: what waits: how to write it, and the bytes.
    """

    __slots__ = ("frames",)

    def __init__(self) -> None:
        self.frames: list[tuple[Callable[[bytes], object], bytes]] = []

    def add(self, write: Callable[[bytes], object], frame: bytes) -> None:
        """Write ``frame`` soon, with the next ones."""
        frames = self.frames
        frames.append((write, frame))
        if len(frames) >= FRAMES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        frames = self.frames
        if not frames:
            return
        self.frames = []
        for write, frame in frames:
            try:
                write(frame)
            except Exception as error:  # the connection has just gone; its socket will be told
                log.debug("A frame could not be written: %s", repr(error))

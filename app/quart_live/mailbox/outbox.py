"""Frames that are written together at the end of a burst.

Written one by one, each frame would wake the reader at the other end, a proxy for instance, which then sleeps
again until the next one; on one machine that doubles the cost of the system call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

log = logging.getLogger("quart_live.socket")

FRAMES_AT_ONCE = 64
"""The number of frames after which they are written without waiting for more."""


class Outbox:
    """The frames that wait for the end of a burst. One per dispatcher, which flushes it before it gives way.

    Flush it before sending in another way, so that the frames of a connection keep their order.

    Attributes:
        frames: the waiting frames, each with the function that writes it.
    """

    __slots__ = ("frames",)

    def __init__(self) -> None:
        self.frames: list[tuple[Callable[[bytes], object], bytes]] = []

    def add(self, write: Callable[[bytes], object], frame: bytes) -> None:
        """Add ``frame``, to be written with the next ones."""
        frames = self.frames
        frames.append((write, frame))
        if len(frames) >= FRAMES_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write all waiting frames."""
        frames = self.frames
        if not frames:
            return
        self.frames = []
        for write, frame in frames:
            try:
                write(frame)
            except Exception as error:  # the connection has just gone; its socket will notice
                log.debug("A frame could not be written: %s", repr(error))

"""How many frames and bytes each act of a demo has cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from course.lab.link.frames import Frame


@dataclass(frozen=True)
class Sum:
    """What went over the wire during one act, for all people together.

    Attributes:
        act: its number; 0 is what came before the first.
        frames: how many.
        sent: bytes that pages sent to the server.
        received: bytes that the server sent to pages, whole pages left out.
    """

    act: int
    frames: int = 0
    sent: int = 0
    received: int = 0

    @property
    def size(self) -> int:
        """Bytes in both directions."""
        return self.sent + self.received


class Tally:
    """Adds up frames, act by act.

    Attributes:
        sums: one for each act that has begun, in order.
    """

    def __init__(self) -> None:
        self.sums: tuple[Sum, ...] = (Sum(0),)

    def begin(self, act: int) -> None:
        """Another act begins; what comes from now on belongs to it."""
        if act != self.sums[-1].act:
            self.sums = (*self.sums, Sum(act))

    def add(self, frame: Frame) -> None:
        """Count a frame. Pages that are loaded whole are no frames."""
        if frame.kind == "page" or not frame.size:
            return
        now = self.sums[-1]
        if frame.direction == "sent":
            now = replace(now, frames=now.frames + 1, sent=now.sent + frame.size)
        else:
            now = replace(now, frames=now.frames + 1, received=now.received + frame.size)
        self.sums = (*self.sums[:-1], now)

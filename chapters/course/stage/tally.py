"""`Tally`: the number of frames and bytes of each act of a demo."""

from __future__ import annotations

from dataclasses import dataclass, replace

from course.lab.link.frames import Frame


@dataclass(frozen=True)
class Sum:
    """The frames on the wire during one act, for all people together.

    Attributes:
        act: the number of the act; 0 is the time before the first.
        frames: the number of frames.
        sent: the bytes that pages sent to the server.
        received: the bytes that the server sent to pages, without page loads.
    """

    act: int
    frames: int = 0
    sent: int = 0
    received: int = 0

    @property
    def size(self) -> int:
        """The bytes in both directions."""
        return self.sent + self.received


class Tally:
    """Counts frames and bytes, act by act.

    Attributes:
        sums: the sums of each act that has begun, in order.
    """

    def __init__(self) -> None:
        self.sums: tuple[Sum, ...] = (Sum(0),)

    def begin(self, act: int) -> None:
        """Count for this act from now on."""
        if act != self.sums[-1].act:
            self.sums = (*self.sums, Sum(act))

    def add(self, frame: Frame) -> None:
        """Count a frame; page loads are not counted."""
        if frame.kind == "page" or not frame.size:
            return
        now = self.sums[-1]
        if frame.direction == "sent":
            now = replace(now, frames=now.frames + 1, sent=now.sent + frame.size)
        else:
            now = replace(now, frames=now.frames + 1, received=now.received + frame.size)
        self.sums = (*self.sums[:-1], now)

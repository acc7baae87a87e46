"""What one person's link has carried: the frames, and how many sockets are open."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from course.lab.link.decoder import Decoded
from course.lab.link.frames import Direction, Frame

# A class of an hour must not fill the memory; this is far more than anybody scrolls back.
REMEMBERED = 1000


class Tap:
    """Notes the frames of one person.

    Args:
        who: the person's name.
        on_frame: is told of each frame at once.

    Attributes:
        open_sockets: how many WebSockets are open now.
        closed_sockets: how many have ended.
        status: that of the page that was loaded last.
    """

    def __init__(self, who: str, on_frame: Callable[[Frame], None]) -> None:
        self.who = who
        self.open_sockets = 0
        self.closed_sockets = 0
        self.status = 0
        self._on_frame = on_frame
        self._frames: deque[Frame] = deque(maxlen=REMEMBERED)
        self._total = 0

    def mark(self) -> int:
        """A place in the frames, for `since`."""
        return self._total

    def since(self, mark: int) -> list[Frame]:
        """The frames after a mark, oldest first; those long ago are forgotten."""
        new = self._total - mark
        return list(self._frames)[-new:] if new > 0 else []

    def note(self, direction: Direction, part: Decoded, size: int) -> None:
        """One more frame."""
        frame = Frame.of(self.who, direction, part, size)
        self._frames.append(frame)
        self._total += 1
        self._on_frame(frame)

    def opened(self) -> None:
        """A socket was opened."""
        self.open_sockets += 1
        self.note("sent", Decoded("", "opened", "a socket is open"), 0)

    def closed(self) -> None:
        """A socket has ended."""
        self.open_sockets -= 1
        self.closed_sockets += 1
        self.note("received", Decoded("", "closed", "the socket is closed"), 0)

    def page(self, method: str, path: str, status: int, size: int) -> None:
        """A page was loaded."""
        self.status = status
        told = f"{method} {path}" + ("" if status == 200 else f" → {status}")
        self.note("received", Decoded("", "page", told), size)

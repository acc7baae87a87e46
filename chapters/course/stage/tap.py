"""`Tap`: a record of one person's link: the frames, and the number of open sockets."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from course.lab.link.decoder import Decoded
from course.lab.link.frames import Direction, Frame

# An hour of teaching must not fill the memory, and no one scrolls back so far.
REMEMBERED = 1000


class Tap:
    """A record of the frames of one person.

    Args:
        who: the person's name.
        on_frame: called with each frame at once.

    Attributes:
        open_sockets: the number of WebSockets that are open now.
        closed_sockets: the number of WebSockets that have ended.
        status: the HTTP status of the last page.
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
        """Return a position in the frames, for `since`."""
        return self._total

    def since(self, mark: int) -> list[Frame]:
        """Return the frames after a mark, oldest first; only the newest thousand are kept."""
        new = self._total - mark
        return list(self._frames)[-new:] if new > 0 else []

    def note(self, direction: Direction, part: Decoded, size: int) -> None:
        """Record a frame."""
        frame = Frame.of(self.who, direction, part, size)
        self._frames.append(frame)
        self._total += 1
        self._on_frame(frame)

    def opened(self) -> None:
        """Record the opening of a socket."""
        self.open_sockets += 1
        self.note("sent", Decoded("", "opened", "a socket is open"), 0)

    def closed(self) -> None:
        """Record the end of a socket."""
        self.open_sockets -= 1
        self.closed_sockets += 1
        self.note("received", Decoded("", "closed", "the socket is closed"), 0)

    def page(self, method: str, path: str, status: int, size: int) -> None:
        """Record the loading of a page."""
        self.status = status
        told = f"{method} {path}" + ("" if status == 200 else f" → {status}")
        self.note("received", Decoded("", "page", told), size)

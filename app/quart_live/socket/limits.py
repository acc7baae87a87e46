"""How much one browser may ask for: joins and events per second, nesting of JSON, frames it does not read.

Everything here is a bound on what a single socket can cost the server; those on all sockets of somebody are
in ``budgets.py``. The numbers come from `Settings`; what happens when a bound is reached:

| bound | answer |
|---|---|
| joins | error reply ``too many joins``: the client waits some seconds and loads the page again |
| events | nothing is done, and the page is told so (see ``excess.py``) |
| frames | no more are read for a moment; TCP makes the browser wait |
| nesting of JSON | an event or a join gets an error reply; another frame closes the socket (1007) |
| frames that are not read | the socket is cut off; nobody else notices |
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class TokenBucket:
    """Allows ``rate`` things per second on average, and ``burst`` of them at once.

    Args:
        rate: things per second.
        burst: how many may come at once after a quiet time.
    """

    __slots__ = ("_burst", "_left", "_rate", "_seen")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left = burst
        self._seen = 0.0

    def take(self, now: float) -> bool:
        """Take one; whether there was one.

        Args:
            now: seconds on any clock that never goes back.
        """
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def is_full(self, now: float) -> bool:
        """Whether all are there again."""
        return self._left + (now - self._seen) * self._rate >= self._burst

    def owed(self, now: float, cost: float) -> float:
        """Take ``cost`` of them, there or not. Returns the seconds until they would have been there."""
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate) - cost
        self._seen = now
        return max(0.0, -self._left / self._rate)


class SlowReader:
    """Notices a browser that does not read what it is sent.

    The server's ``send`` waits while the peer's buffers are full, and each view waits for its own ``send``.
    So what piles up for one socket is at most a frame for each of its views, and each view's mailbox. This
    object cuts the socket off when no frame has got through for a while, or the waiting ones are too many.

    Args:
        seconds: how long frames may wait without one of them getting through.
        max_bytes: how many bytes may wait; a single frame always may.
        cut_off: called once the bound is reached, with the reason.
    """

    __slots__ = ("_bytes", "_cut_off", "_frames", "_max_bytes", "_moved", "_over", "_seconds", "_timer")

    def __init__(self, seconds: float, max_bytes: int, cut_off: Callable[[str], None]) -> None:
        self._seconds, self._max_bytes, self._cut_off = seconds, max_bytes, cut_off
        self._frames = 0
        self._bytes = 0
        self._moved = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._over = False

    @property
    def waiting(self) -> int:
        """Bytes that wait to be taken by the peer (characters, for text)."""
        return self._bytes

    def begins(self, size: int) -> None:
        """A frame of ``size`` bytes is handed to the server."""
        self._frames += 1
        self._bytes += size
        if self._frames == 1:
            self._moved = time.monotonic()
        elif self._bytes > self._max_bytes:
            self._cut_off(f"{self._bytes} bytes wait for it")
            return
        if self._timer is None and not self._over:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look)

    def ends(self, size: int) -> None:
        """That frame has got through, or never will."""
        self._frames -= 1
        self._bytes -= size
        if self._frames:
            self._moved = time.monotonic()

    def stop(self) -> None:
        """The socket is closed; look no more, whatever somebody still tries to send."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        # One timer for many frames: it sleeps on while frames get through, and is gone when none waits.
        loop = asyncio.get_running_loop()
        self._timer = None
        if not self._frames:
            return
        left = self._moved + self._seconds - time.monotonic()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        else:
            self._cut_off(f"it has read nothing for {self._seconds:g} seconds")

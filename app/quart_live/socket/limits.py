"""Limits of one socket: joins and events per second, nesting of JSON, frames that the browser does not read.

All of them bound the cost of a single socket; ``budgets.py`` has the bounds on all sockets of one account or
address. The numbers come from `Settings`. When a bound is reached:

| bound | answer |
|---|---|
| joins | error reply ``too many joins``: the client waits some seconds and loads the page again |
| events | the event is not handled, and the page gets an event that says so (see ``excess.py``) |
| frames | no more are read for a moment; TCP makes the browser wait |
| nesting of JSON | an event or a join gets an error reply; another frame closes the socket (1007) |
| frames that are not read | the socket is cut off; other sockets are not affected |
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


class TokenBucket:
    """A token bucket: it allows ``rate`` things per second on average, and ``burst`` of them at once.

    Args:
        rate: the number of things per second.
        burst: the number that may come at once after a quiet time.
    """

    __slots__ = ("_burst", "_left", "_rate", "_seen")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left = burst
        self._seen = 0.0

    def take(self, now: float) -> bool:
        """Take a token. Return whether there was one.

        Args:
            now: the seconds on any clock that never goes back.
        """
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def is_full(self, now: float) -> bool:
        """Return whether all tokens are there again."""
        return self._left + (now - self._seen) * self._rate >= self._burst

    def owed(self, now: float, cost: float) -> float:
        """Take ``cost`` tokens, even in advance. Return the seconds until they would have been there."""
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate) - cost
        self._seen = now
        return max(0.0, -self._left / self._rate)


class SlowReader:
    """The watch over a browser that does not read its frames.

    The server's ``send`` waits while the peer's buffers are full, and each view waits for its own ``send``.
    So at most one frame for each view of a socket waits, and each view's mailbox. This object cuts the socket
    off when no frame has got through for a while, or the waiting ones are too large.

    Args:
        seconds: the time for which frames may wait without one of them getting through.
        max_bytes: the most bytes that may wait; a single frame always may.
        cut_off: the function to call with the reason when a bound is reached.
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
        """The bytes that the peer has not taken yet (characters, for text)."""
        return self._bytes

    def begins(self, size: int) -> None:
        """Note that a frame of ``size`` bytes is passed to the server."""
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
        """Note that a frame of ``size`` bytes has got through, or never will."""
        self._frames -= 1
        self._bytes -= size
        if self._frames:
            self._moved = time.monotonic()

    def stop(self) -> None:
        """Stop the watch for good: the socket is closed."""
        self._over = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        # One timer for many frames: it is set again while frames get through, and ends when none waits.
        loop = asyncio.get_running_loop()
        self._timer = None
        if not self._frames:
            return
        left = self._moved + self._seconds - time.monotonic()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
        else:
            self._cut_off(f"it has read nothing for {self._seconds:g} seconds")

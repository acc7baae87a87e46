"""The sweeper: a check, once a second, for sockets that have been half open for too long.

A message that a peer has begun and does not finish is seen by no handler. One timer checks all sockets, which
is cheaper than one for each, and it runs only while there are sockets. It ends a socket

* on which no view is joined for ``LIVE_JOIN_TIMEOUT`` seconds;
* that has sent a part of a message and not the rest within ``LIVE_MESSAGE_TIMEOUT`` seconds;
* with the longest such part, while the parts of its address exceed ``LIVE_MAX_UNFINISHED_BYTES`` together;
* that reads nothing while more and more waits for it (pongs): above ``LIVE_MAX_UNSENT_BYTES``, and growing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .socket import LiveSocket

log = logging.getLogger("quart_live.socket")

SECONDS = 1.0


class Sweeper:
    """The timer that checks the sockets.

    Args:
        sockets: the open sockets.
        runtime: the app's runtime.
    """

    def __init__(self, sockets: Iterable[LiveSocket], runtime: Runtime) -> None:
        self._sockets, self._runtime = sockets, runtime
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether the timer is running."""
        return self._timer is not None

    def begin(self) -> None:
        """Start the timer, if it is not running."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._look)

    def end(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SECONDS, self._look)
        sweep(self._sockets, self._runtime.settings.max_unfinished_bytes, asyncio.get_running_loop().time())


def sweep(sockets: Iterable[LiveSocket], most: int, now: float) -> None:
    """Check all sockets, and cut off those that are half open for too long or with too much.

    Args:
        sockets: the open sockets.
        most: the most bytes of unfinished messages from one address.
        now: the event loop's time.
    """
    unfinished: dict[str, list[tuple[int, LiveSocket]]] = {}
    for socket in sockets:
        if size := socket.look(now):
            unfinished.setdefault(socket.allowance.address.name, []).append((size, socket))
    for parts in unfinished.values():
        _cut_off_longest(parts, most)


def _cut_off_longest(parts: list[tuple[int, LiveSocket]], most: int) -> None:
    """Cut off the sockets of one address with the longest parts until the rest is within the bound."""
    total = sum(size for size, _ in parts)
    for size, socket in sorted(parts, key=lambda part: part[0], reverse=True):
        if total <= most:
            return
        total -= size
        socket.cut_off("its address has too many messages that have not come completely")

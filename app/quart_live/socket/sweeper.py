"""Once a second: which sockets are half open, and have been for too long?

What a peer has begun and does not go on with is no message, so no handler sees it. One timer looks at all
sockets instead of one for each, and it is there only while there are sockets. It ends a socket

* on which no view is joined for ``LIVE_JOIN_TIMEOUT`` seconds;
* that has sent a part of a message and not the rest within ``LIVE_MESSAGE_TIMEOUT`` seconds;
* whose such part is the longest, while those of its address exceed ``LIVE_MAX_UNFINISHED_BYTES`` together;
* for which more and more waits (pongs), and who reads nothing: above ``LIVE_MAX_UNSENT_BYTES``, and growing.
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
    """The timer.

    Args:
        sockets: the open ones.
        runtime: has the bounds.
    """

    def __init__(self, sockets: Iterable[LiveSocket], runtime: Runtime) -> None:
        self._sockets, self._runtime = sockets, runtime
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether it will look again."""
        return self._timer is not None

    def begin(self) -> None:
        """There is a socket."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._look)

    def end(self) -> None:
        """There is no socket any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SECONDS, self._look)
        sweep(self._sockets, self._runtime.settings.max_unfinished_bytes, asyncio.get_running_loop().time())


def sweep(sockets: Iterable[LiveSocket], most: int, now: float) -> None:
    """Look at all sockets.

    Args:
        sockets: the open ones.
        most: bytes that may be unfinished from one address.
        now: the event loop's time.
    """
    unfinished: dict[str, list[tuple[int, LiveSocket]]] = {}
    for socket in sockets:
        if size := socket.look(now):
            unfinished.setdefault(socket.allowance.address.name, []).append((size, socket))
    for parts in unfinished.values():
        _bound(parts, most)


def _bound(parts: list[tuple[int, LiveSocket]], most: int) -> None:
    """Cut off those with the longest parts until the rest may stay."""
    total = sum(size for size, _ in parts)
    for size, socket in sorted(parts, key=lambda part: part[0], reverse=True):
        if total <= most:
            return
        total -= size
        socket.cut_off("its address has too many messages that have not come completely")

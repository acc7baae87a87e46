"""The end of a server: all browsers come back by themselves, quietly, and nothing is left running.

The close code decides what the official client does. After 1000 it loads the whole page again, seconds
later; after any other code it opens a new socket at once and joins again, so 1012 (service restart) is
sent.

No single moment for this exists on every ASGI server, so three are used:

* uvicorn sends 1012 itself and tells us by ``websocket.disconnect``; then handlers in progress finish
  without a browser, and their views end after them;
* at ``lifespan.shutdown`` handlers in progress finish within a bound (*draining*), then all sockets that are
  still open are closed, and the views are waited for;
* a server that cancels its connections (Hypercorn, after its grace time) makes each socket close itself.

If your program knows of the end earlier, call `QuartLive.shutdown` then: all replies still reach their
browsers.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from .sender import RESTARTING

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .open_sockets import OpenSockets

log = logging.getLogger("quart_live")

SECONDS = 5
"""The most seconds that the views may take to end before their handlers are cancelled."""

LOOK_AGAIN = 0.02


class Service(Protocol):
    """A service that runs as long as the server, such as `Presence`. Both methods may be called again."""

    async def start(self) -> None:
        """Start with the server."""

    async def stop(self) -> None:
        """Stop with the server, after all views have ended."""


async def close_all(runtime: Runtime, sockets: OpenSockets) -> None:
    """Drain, close every socket, and wait for the views."""
    await drain(runtime)
    await asyncio.gather(*(socket.close(RESTARTING) for socket in sockets))
    if not await _ended(runtime):
        for host in runtime.open_hosts:
            host.mailbox.cancel()
        await _ended(runtime)
    await runtime.dispatcher.at_rest()


async def drain(runtime: Runtime) -> None:
    """Wait until the handlers in progress have finished and replied, at most ``LIVE_DRAIN_TIMEOUT``.

    New sockets are refused meanwhile and joins are left unanswered: their browsers come back to the next
    server as soon as this one closes the socket.
    """
    try:
        async with asyncio.timeout(runtime.settings.drain_timeout):
            # Polled, so that mailboxes, whose speed matters, need not report anything.
            while any(host.mailbox.busy for host in runtime.open_hosts):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        log.info(
            "Some handlers had not finished after %g seconds (LIVE_DRAIN_TIMEOUT)",
            runtime.settings.drain_timeout,
        )


async def _ended(runtime: Runtime) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            await runtime.open_hosts.wait_until_empty()
    except TimeoutError:
        return False
    return True

"""The end of a server: browsers shall come back by themselves, quietly, and nothing shall be left running.

The close code decides what the official client does. After 1000 it loads the whole page again, seconds
later; after any other code it opens a new socket at once and joins again, so 1012 (service restart) is
sent.

There is no one moment that every ASGI server offers for this, so three are used:

* uvicorn sends 1012 itself and tells us by ``websocket.disconnect``; then handlers in progress finish
  without a listener, and their views end after them;
* at ``lifespan.shutdown`` handlers in progress finish within a bound (*draining*), then whatever is still
  open is closed, and the views are waited for;
* a server that cancels its connections (Hypercorn, after its grace time) makes each socket close itself.

Where you know of the end earlier, call `QuartLive.shutdown` then: all answers still reach their browsers.
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
"""How long the views may take to end before their handlers are cancelled."""

LOOK_AGAIN = 0.02


class Service(Protocol):
    """Something that lives as long as the server, such as `Presence`. Both methods may be called again."""

    async def start(self) -> None:
        """The server starts."""

    async def stop(self) -> None:
        """The server stops; all views have ended."""


async def close_all(runtime: Runtime, sockets: OpenSockets) -> None:
    """Drain, close every socket, and wait for the views."""
    await drain(runtime)
    await asyncio.gather(*(socket.close(RESTARTING) for socket in sockets))
    if not await _ended(runtime):
        for host in runtime.open_hosts:
            host.mailbox.cancel()
        await _ended(runtime)


async def drain(runtime: Runtime) -> None:
    """Let the handlers in progress finish, and their answers go out, within ``LIVE_DRAIN_TIMEOUT``.

    New sockets are refused from now on and joins are left unanswered: their browsers come back to the next
    server as soon as this one closes the socket.
    """
    try:
        async with asyncio.timeout(runtime.settings.drain_timeout):
            # Looked at now and then: mailboxes, which do little else than this, need not tell anybody.
            while any(host.mailbox.busy for host in runtime.open_hosts):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        log.info("Some handlers were still at work after %g seconds", runtime.settings.drain_timeout)


async def _ended(runtime: Runtime) -> bool:
    try:
        async with asyncio.timeout(SECONDS):
            await runtime.open_hosts.wait_until_empty()
    except TimeoutError:
        return False
    return True

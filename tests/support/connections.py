"""Connections between the app and its browsers that a test can hold up, break, and look at.

    connections = Connections(app)
    page = await open_page(app, "/counter")
    connections.last.hold()         # the browser reads nothing any more
    ...
    connections.last.let_go()

It wraps the app as a middleware does, so it does only what an ASGI server may do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from quart import Quart

Send = Callable[[Any], Awaitable[None]]


class Connection:
    """One socket's way from the app to the browser.

    Attributes:
        asked: the type of each event that the app has sent, taken or not.
        timeout: the seconds of the ``asyncio.timeout`` in which the server sends, so only in a task; ``None``
            without.
        error: the error that sending raises, as when the peer has gone; ``None`` for none.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._open = asyncio.Event()
        self._open.set()
        self.asked: list[str] = []
        self.timeout: float | None = None
        self.error: Exception | None = None

    async def send(self, event: Any) -> None:
        """Send an event; this is the ``send`` of the app.

        Raises:
            Exception: the `error`, if it is set.
        """
        self.asked.append(event["type"])
        if self.error is not None:
            raise self.error
        if self.timeout is not None:
            async with asyncio.timeout(self.timeout):  # raises outside a task
                await self._send(event)
            return
        if not self._open.is_set():
            await self._open.wait()
            assert asyncio.current_task() is not None
        await self._send(event)

    def hold(self) -> None:
        """Take no frame from now on: the peer does not read, and all buffers are full."""
        self._open.clear()

    def let_go(self) -> None:
        """Take the waiting frames, and all that follow."""
        self._open.set()


class Connections:
    """All sockets of an app that are opened from now on.

    Args:
        app: the app.

    Attributes:
        all: the connections, in the order of opening.
    """

    def __init__(self, app: Quart) -> None:
        self.all: list[Connection] = []
        self._app = app.asgi_app
        app.asgi_app = self  # type: ignore[method-assign]

    @property
    def last(self) -> Connection:
        """The connection that was opened last."""
        return self.all[-1]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            self.all.append(Connection(send))
            send = self.last.send
        await self._app(scope, receive, send)

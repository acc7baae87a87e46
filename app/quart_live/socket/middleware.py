"""The way in: an ASGI middleware below the Quart app.

Quart's own websocket wrapper costs half the throughput, so `SocketMiddleware` takes ``/live/websocket`` for
itself and leaves everything else to the app. It works on any ASGI server.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from ..protocol.asgi import ASGIApp, Event, Receive, Scope, Send, local_path
from .socket import LiveSocket

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .open_sockets import OpenSockets

Step: TypeAlias = "Callable[[], Awaitable[None]]"


class SocketMiddleware:
    """Live sockets and the end of the server's life for us, all else for the app.

    Args:
        app: the ASGI app below, usually ``Quart.asgi_app``.
        runtime: the app's.
        sockets: the open ones.
        startup: called when the server has started.
        shutdown: called before it stops.
    """

    def __init__(
        self, app: ASGIApp, runtime: Runtime, sockets: OpenSockets, startup: Step, shutdown: Step
    ) -> None:
        self._app = app
        self._runtime, self._sockets = runtime, sockets
        self._startup, self._shutdown = startup, shutdown
        self._path = f"{runtime.path}/websocket"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and local_path(scope) == self._path:
            await LiveSocket(self._runtime, self._sockets, scope, receive, send).serve()
        elif scope["type"] == "lifespan":
            await self._app(scope, self._watched(receive), send)
        else:
            await self._app(scope, receive, send)

    def _watched(self, receive: Receive) -> Receive:
        async def watched() -> Event:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await self._startup()
            elif event["type"] == "lifespan.shutdown":
                await self._shutdown()
            return event

        return watched

"""The way in: an ASGI middleware below the Quart app.

Quart's own websocket wrapper costs half the throughput, so `SocketMiddleware` takes ``/live/websocket`` for
itself and leaves everything else to the app. It works on any ASGI server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..protocol.asgi import ASGIApp, Event, Receive, Scope, Send, local_path
from .socket import LiveSocket

if TYPE_CHECKING:
    from ..extension import QuartLive


class SocketMiddleware:
    """Live sockets and the end of the server's life for us, all else for the app.

    Args:
        app: the ASGI app below, usually ``Quart.asgi_app``.
        live: the extension.
    """

    def __init__(self, app: ASGIApp, live: QuartLive) -> None:
        self._app = app
        self._live = live
        self._path = f"{live.path}/websocket"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and local_path(scope) == self._path:
            await LiveSocket(self._live, scope, receive, send).serve()
        elif scope["type"] == "lifespan":
            await self._app(scope, self._watched(receive), send)
        else:
            await self._app(scope, receive, send)

    def _watched(self, receive: Receive) -> Receive:
        async def watched() -> Event:
            event = await receive()
            if event["type"] == "lifespan.startup":
                await self._live.startup()
            elif event["type"] == "lifespan.shutdown":
                await self._live.shutdown()
            return event

        return watched

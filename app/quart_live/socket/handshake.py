"""The handshake of a socket: the browser's side of the connection, and its HTTP session.

The handshake of a WebSocket is an HTTP request with cookies, so Quart's own session interface can read the
session from it, and extensions such as quart-auth can be asked who the user is, in a websocket context.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from quart import Quart
from quart import session as quart_session
from quart.wrappers import Websocket

from ..addresses import Site
from ..protocol import csrf
from ..protocol.asgi import Scope
from ..view.connect_info import ConnectInfo
from ..view.session import ConnectHook, view_session


@dataclass(frozen=True, slots=True)
class Handshake:
    """The outcome of a socket's handshake.

    Attributes:
        session: the session for mounts, or ``None`` if the CSRF token was wrong.
        info: the value of `LiveView.connect_info`.
        csrf_token: the CSRF token for templates rendered on this socket.
        site: the app's address as this browser reaches it.
    """

    session: dict[str, Any] | None
    info: ConnectInfo
    csrf_token: csrf.CsrfToken
    site: Site


async def shake_hands(app: Quart, scope: Scope, hooks: list[ConnectHook]) -> Handshake:
    """Read session and CSRF token from the handshake in ``scope``."""
    websocket = _websocket(app, scope)
    query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
    client = scope.get("client")
    info = ConnectInfo(client[0] if client else None, dict(websocket.headers), query)
    site = Site(app, websocket)
    async with app.websocket_context(websocket):
        if csrf.matches(quart_session, query.get("_csrf_token")):
            return Handshake(await view_session(hooks), info, csrf.issue(quart_session), site)
    return Handshake(None, info, csrf.CsrfToken(), site)


def _websocket(app: Quart, scope: Scope) -> Websocket:
    """Return a Quart websocket object, for contexts only; the frames do not go through it.

    Quart makes it itself, since the arguments differ between its versions.
    """
    connection: Any = app.asgi_websocket_class(app, scope)  # type: ignore[arg-type]
    websocket: Websocket = connection._create_websocket_from_scope(_not_for_frames)
    return websocket


async def _not_for_frames(*_: object) -> None:
    raise RuntimeError(
        "quart_live reads and sends the frames of a live socket; do not use quart.websocket here"
    )

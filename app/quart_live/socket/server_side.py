"""What can be seen of the server's own connection, below an ASGI ``send``.

ASGI shows whole messages. What a stranger has begun and not finished, and what the server answers by itself
(pongs), is seen by the server alone. On uvicorn with ``--ws websockets-sansio`` we look there; on every other
server `ServerSide` sees nothing, and the server's own limits have to do.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any

from ..protocol.asgi import Scope, Send, header

if TYPE_CHECKING:
    from ..settings import Settings

log = logging.getLogger("quart_live.socket")

COMPRESSED = (
    "The server compresses sockets (permessage-deflate): 15 kB of a stranger can become 16 MB here, and each "
    "socket costs more memory. With uvicorn: --ws websockets-sansio --ws-per-message-deflate false"
)
_UVICORN = "uvicorn.protocols.websockets.websockets_sansio_impl"


class ServerSide:
    """The server's side of one connection.

    Args:
        send: the connection's ASGI ``send``.
    """

    __slots__ = ("_connection", "_owner")

    def __init__(self, send: Send) -> None:
        owner: Any = getattr(send, "__self__", None)
        server = sys.modules.get(_UVICORN)
        known = server is not None and type(owner) is getattr(server, "WebSocketsSansIOProtocol", None)
        self._owner = owner
        self._connection: Any = getattr(owner, "conn", None) if known else None

    def compresses(self, scope: Scope) -> bool:
        """Whether the server compresses what this browser sends, or would if the browser could.

        Args:
            scope: of the handshake, where the browser says whether it can.
        """
        if self._connection is not None:
            return bool(getattr(self._connection, "extensions", ()))
        # uvicorn's other implementations do what their configuration says; Hypercorn always agrees.
        if getattr(getattr(self._owner, "config", None), "ws_per_message_deflate", False):
            return True
        offered = header(scope, b"sec-websocket-extensions") or ""
        return type(self._owner).__module__.startswith("hypercorn.") and "permessage-deflate" in offered

    def limit_messages(self, max_bytes: int) -> None:
        """Let no message grow longer, however many frames it comes in, and counted when unpacked."""
        limit = getattr(self._connection, "max_message_size", None)
        if isinstance(limit, int) and limit > max_bytes:
            self._connection.max_message_size = max_bytes

    def unfinished(self) -> int:
        """Bytes of a message of which the rest has not come."""
        reader = getattr(getattr(self._connection, "reader", None), "buffer", b"")
        return len(reader) + sum(map(len, getattr(self._owner, "frames", ())) if self._connection else ())

    def unread(self) -> int:
        """Bytes that wait for the browser to read them, whoever wrote them."""
        size = getattr(getattr(self._owner, "transport", None), "get_write_buffer_size", None)
        return int(size()) if callable(size) else 0


class HalfOpen:
    """What a peer has begun and not finished.

    Args:
        server: where it is seen.

    Attributes:
        unfinished: bytes of a message of which the rest had not come at the last look.
    """

    __slots__ = ("_begun", "_joined", "_server", "_unread", "unfinished")

    def __init__(self, server: ServerSide) -> None:
        self._server = server
        self._joined = 0.0
        self._begun: float | None = None
        self._unread = 0
        self.unfinished = 0

    def opened(self, now: float) -> None:
        """The socket is open."""
        self._joined = now

    def too_long(self, now: float, settings: Settings, *, joined: bool) -> str | None:
        """Look. Returns the reason why the socket shall be ended, or ``None``.

        Args:
            now: the event loop's time.
            settings: the bounds.
            joined: whether the socket has a view.
        """
        if joined:
            self._joined = now
        elif now - self._joined > settings.join_timeout:
            return f"it has joined no view for {settings.join_timeout:g} seconds"
        before, self.unfinished = self.unfinished, self._server.unfinished()
        if self.unfinished < before or not self.unfinished or self._begun is None:
            self._begun = now if self.unfinished else None
        elif now - self._begun > settings.message_timeout:
            return f"a message has not come completely within {settings.message_timeout:g} seconds"
        unread, self._unread = self._unread, self._server.unread()
        if settings.max_unsent_bytes < unread < self._unread:
            return f"it reads nothing, and {self._unread} bytes wait for it"
        return None

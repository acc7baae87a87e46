"""The server's own connection, below an ASGI ``send``, as far as it can be inspected.

ASGI shows whole messages. Only the server sees messages that a client has begun and not finished, and the
answers that it gives by itself (pongs). On uvicorn with ``--ws websockets-sansio`` we look there; on every
other server `ServerSide` sees nothing, and the server's own limits must suffice.
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
    "The server compresses sockets (permessage-deflate): 15 kB from a client can become 16 MB here, and each "
    "socket costs more memory. Switch it off; with uvicorn: --ws websockets-sansio "
    "--ws-per-message-deflate false"
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
        """Return whether the server compresses the messages of this browser, or would if the browser could.

        Args:
            scope: the scope of the handshake, in which the browser offers compression.
        """
        if self._connection is not None:
            return bool(getattr(self._connection, "extensions", ()))
        # uvicorn's other implementations follow their configuration; Hypercorn always agrees.
        if getattr(getattr(self._owner, "config", None), "ws_per_message_deflate", False):
            return True
        offered = header(scope, b"sec-websocket-extensions") or ""
        return type(self._owner).__module__.startswith("hypercorn.") and "permessage-deflate" in offered

    def limit_messages(self, max_bytes: int) -> None:
        """Limit the length of a message, in however many frames it comes, counted when unpacked."""
        limit = getattr(self._connection, "max_message_size", None)
        if isinstance(limit, int) and limit > max_bytes:
            self._connection.max_message_size = max_bytes

    def unfinished(self) -> int:
        """Return the bytes of a message of which the rest has not come."""
        reader = getattr(getattr(self._connection, "reader", None), "buffer", b"")
        return len(reader) + sum(map(len, getattr(self._owner, "frames", ())) if self._connection else ())

    def unread(self) -> int:
        """Return the bytes that wait for the browser to read them, ours and the server's."""
        size = getattr(getattr(self._owner, "transport", None), "get_write_buffer_size", None)
        return int(size()) if callable(size) else 0


class HalfOpen:
    """The record of a socket that may be half open: without a view, or with an unfinished message.

    Args:
        server: the server's side of the connection.

    Attributes:
        unfinished: the bytes of a message of which the rest had not come at the last check.
    """

    __slots__ = ("_begun", "_joined", "_server", "_unread", "unfinished")

    def __init__(self, server: ServerSide) -> None:
        self._server = server
        self._joined = 0.0
        self._begun: float | None = None
        self._unread = 0
        self.unfinished = 0

    def opened(self, now: float) -> None:
        """Note that the socket has been opened."""
        self._joined = now

    def too_long(self, now: float, settings: Settings, *, joined: bool) -> str | None:
        """Check the socket. Return the reason to end it, or ``None``.

        Args:
            now: the event loop's time.
            settings: the app's settings.
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

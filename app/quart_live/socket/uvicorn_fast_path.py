"""`FastPath`: a fast path past the server's ``send``, for broadcasts on uvicorn.

A frame for five hundred browsers is sent five hundred times, and each time uvicorn looks at the ASGI message,
encodes its text, and lets the WebSocket library build the frame: two thirds of what a broadcast costs. But a
text frame of a server is nothing more than its length and its bytes (RFC 6455, 5.2). So where we know the
server well enough to see that nothing stands in between, we write these bytes to its transport ourselves.

It is taken for one frame at a time, and only if the connection is open, nothing waits to be written
and no extension (compression) is in use. In every other case, and on every other server, `FastPath.take`
returns false, and the frame goes through ``send``. Nothing but speed depends on it.

The frames of many browsers are written together, a few dozen at a time (``mailbox/outbox.py``).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any

from ..mailbox.outbox import FRAMES_AT_ONCE, Outbox
from ..protocol.asgi import Send

log = logging.getLogger("quart_live.socket")


# The head of a frame, by the size of its text: made once for the sizes that broadcasts have.
_HEADS = [b"\x81%c" % size if size < 126 else b"\x81\x7e%c%c" % divmod(size, 256) for size in range(2048)]

_UVICORN = "uvicorn.protocols.websockets.websockets_sansio_impl"
_NEEDED = (
    "disconnected",
    "handshake_complete",
    "close_sent",
    "initial_response",
    "writable",
    "transport",
    "conn",
)


class FastPath:
    """The fast path to one browser's transport.

    Args:
        protocol: uvicorn's protocol object of an accepted connection.
        outbox: the outbox in which frames wait for those of other browsers.
    """

    __slots__ = ("_open", "_outbox", "_protocol", "_state", "_writable", "_write")

    def __init__(self, protocol: Any, outbox: Outbox) -> None:
        self._protocol = protocol
        self._outbox = outbox
        self._write: Callable[[bytes], object] = protocol.transport.write
        self._writable = protocol.writable
        self._state = protocol.conn
        self._open = protocol.conn.state

    @classmethod
    def past(cls, send: Send, outbox: Outbox) -> FastPath | None:
        """Return the fast path past an ASGI ``send``; None if there is no safe one.

        Args:
            send: the ``send`` of a connection that has been accepted.
            outbox: the outbox; see `FastPath`.
        """
        server = sys.modules.get(_UVICORN)
        protocol: Any = getattr(send, "__self__", None)
        if server is None or type(protocol) is not getattr(server, "WebSocketsSansIOProtocol", None):
            return None  # another server, or a layer between it and us
        if not all(hasattr(protocol, name) for name in _NEEDED):
            return None  # another version
        connection = protocol.conn
        if not protocol.handshake_complete or getattr(connection, "extensions", True):
            return None
        if getattr(connection.state, "name", "") != "OPEN":
            return None
        return cls(protocol, outbox)

    def take(self, text: bytes, rest: bytes = b"") -> bool:
        """Put a text frame into the outbox. Return whether that was possible; if not, nothing has happened.

        Args:
            text: the payload, UTF-8.
            rest: the rest of the payload. Two parts that are joined only here are copied only once.
        """
        protocol = self._protocol
        if (
            self._state.state is not self._open
            or protocol.close_sent
            or protocol.disconnected
            or not self._writable.is_set()
        ):
            return False
        size = len(text) + len(rest)
        head = _HEADS[size] if size < len(_HEADS) else _head(size)
        frames = self._outbox.frames  # as `Outbox.add` does it, without a call
        frames.append((self._write, b"".join((head, text, rest))))
        if len(frames) >= FRAMES_AT_ONCE:
            self._outbox.flush()
        return True


def _head(size: int) -> bytes:
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")

"""A viewer that costs next to nothing: WebSocket frames over a raw asyncio protocol, looked at as bytes.

The mask of its frames is zero, which is allowed and saves masking. Frames from the server are only cut out of
the stream; whether one is the reply to a join, or an update, is found by searching for a few bytes.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from time import perf_counter

OPEN_HEAD = (
    "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nOrigin: http://{host}\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{cookie}\r\n"
)


class Viewer(asyncio.Protocol):
    """One socket.

    Args:
        host: host and port of the server.
        path: path and query of the socket.
        cookie: value of the Cookie header, if any.
        on_frame: called with the viewer, the payload of a text frame, and when it came.
    """

    def __init__(
        self, host: str, path: str, cookie: str, on_frame: Callable[[Viewer, bytes, float], None]
    ) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.joined_at = 0.0
        self.problem = ""
        self._on_frame = on_frame
        line = f"Cookie: {cookie}\r\n" if cookie else ""
        self._head = OPEN_HEAD.format(path=path, host=host, cookie=line)
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._head.encode())

    def connection_lost(self, error: Exception | None) -> None:
        for waiting in (self.opened, self.joined):
            if not waiting.done():
                waiting.set_exception(
                    ConnectionError(self.problem or f"the server closed the socket: {error}")
                )
                waiting.exception()  # whoever waits gets it; nobody has to

    def data_received(self, data: bytes) -> None:
        now = perf_counter()
        buffer = self._buffer + data if self._buffer else data
        if not self.opened.done():
            head, separator, buffer = buffer.partition(b"\r\n\r\n")
            if not separator:
                self._buffer = head
                return
            if b" 101 " not in head:
                self.problem = head.decode("latin-1").splitlines()[0]
                self._transport.abort()
                return
            self.opened.set_result(None)
        position = 0
        while (end := self._take(buffer, position, now)) > position:
            position = end
        self._buffer = buffer[position:]

    def _take(self, buffer: bytes, start: int, now: float) -> int:
        """Take one frame; returns where it ends, or `start` if it is not all there."""
        if len(buffer) < start + 2:
            return start
        length, body = buffer[start + 1], start + 2
        if length == 126:
            body += 2
            length = struct.unpack_from("!H", buffer, start + 2)[0] if len(buffer) >= body else len(buffer)
        elif length == 127:
            body += 8
            length = struct.unpack_from("!Q", buffer, start + 2)[0] if len(buffer) >= body else len(buffer)
        end = body + length
        if len(buffer) < end:
            return start
        opcode = buffer[start] & 0x0F
        if opcode == 1:
            self._on_frame(self, buffer[body:end], now)
        elif opcode == 9:
            self._write(0x8A, buffer[body:end])
        elif opcode == 8:
            self.problem = f"closed with {buffer[body:end]!r}"
            self._transport.close()
        return end

    def send(self, text: str) -> None:
        """Send a text frame."""
        self._write(0x81, text.encode())

    def drop(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    def _write(self, first: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", first, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", first, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", first, 0x80 | 127, size)
        self._transport.write(head + b"\0\0\0\0" + payload)

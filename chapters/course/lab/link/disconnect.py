"""The immediate end of one TCP connection."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

# Two numbers: on, and zero seconds. On Windows they are shorter.
LINGER_NONE = struct.pack("hh" if hasattr(socket, "SO_EXCLUSIVEADDRUSE") else "ii", 1, 0)


def end(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """End one connection now: with RST, or with FIN."""
    if reset:
        sock = writer.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NONE)
        writer.transport.abort()
    else:
        writer.close()

"""`Interceptor`: reads and may change the bytes of a connection; the link knows no protocol."""

from __future__ import annotations

from typing import Protocol


class Interceptor(Protocol):
    """A reader of the bytes of one connection, which may change them. The end of data is ``b""``."""

    def outward(self, data: bytes) -> bytes:
        """Take bytes that the person has sent; return the bytes to forward to the server."""

    def inward(self, data: bytes) -> bytes:
        """Take bytes that the server has sent; return the bytes to forward to the person."""

    def ended(self) -> None:
        """Note the end of the connection, however it ended. The link calls this once."""

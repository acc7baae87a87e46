"""Looking at what goes through a link, without the link having to know what it carries."""

from __future__ import annotations

from typing import Protocol


class Interceptor(Protocol):
    """Looks at what one connection carries, and may change it. End of data is ``b""``."""

    def outward(self, data: bytes) -> bytes:
        """What the person has sent just now; returns what goes on to the server."""

    def inward(self, data: bytes) -> bytes:
        """What would reach the person now; returns what does."""

    def ended(self) -> None:
        """The connection is over, in whatever way. Called once."""

"""`Browser`: the socket of a channel, as the channel needs it."""

from __future__ import annotations

from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from ..addresses import Site
    from ..protocol.csrf import CsrfToken
    from ..view.connect_info import ConnectInfo

C = TypeVar("C")


class Browser(Protocol[C]):
    """One browser, at the other end of a socket.

    Attributes:
        channels: the channels of the joined views, by topic.
        session: the HTTP session of the handshake, ``None`` if its CSRF token was wrong.
        info: the value of `LiveView.connect_info`.
        csrf_token: the CSRF token for templates rendered on this socket.
        root_path: the prefix under which the whole app is mounted.
        site: the app's address as this browser reaches it.
        moves: the number of mounts in a row that have sent the browser on to another view.
    """

    channels: dict[str, C]
    session: dict[str, Any] | None
    info: ConnectInfo
    csrf_token: CsrfToken
    root_path: str
    site: Site | None
    moves: int

    async def send(self, text: str) -> None:
        """Send a frame."""

    def send_now(self, frame: bytes, rest: bytes = b"") -> Coroutine[Any, Any, None] | None:
        """Send a frame, without a task if the browser takes it at once; else return the rest to await."""

    def forget(self, channel: C) -> None:
        """Remove a channel that takes no more messages."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Return a context that waits until this browser may join a view; its turn ends with the block."""

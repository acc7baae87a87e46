"""`Browser`: what a channel needs of the socket that it was joined on."""

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
        channels: the joined views, by topic.
        session: the HTTP session of the handshake, ``None`` if its CSRF token was wrong.
        info: for `LiveView.connect_info`.
        csrf_token: for templates rendered on this socket.
        root_path: the prefix under which the whole app is mounted.
        site: the app as this browser reaches it.
        moves: how many mounts in a row have sent the browser on to another view.
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
        """Send a frame without a task if the browser takes it at once; else return what is left to do."""

    def forget(self, channel: C) -> None:
        """A channel takes no more messages."""

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Wait until this browser may join a view; its turn is over when the block ends."""

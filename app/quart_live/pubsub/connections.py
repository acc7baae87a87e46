"""Parts of the link to Redis: its connections, its events, and the interface of its user."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, cast

from ..errors import LiveViewError


class Connection(Protocol):
    """The part of ``redis.asyncio.Connection`` that we use."""

    async def connect(self) -> None: ...
    async def disconnect(self, nowait: bool = False) -> None: ...
    async def send_command(self, *args: Any, **options: Any) -> None: ...
    async def send_packed_command(self, command: Iterable[bytes], check_health: bool = True) -> None: ...
    async def read_response(self) -> Any: ...
    def pack_commands(self, commands: Iterable[Iterable[Any]]) -> list[bytes]: ...


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """A change of the link, for logs and telemetry.

    Attributes:
        kind: ``up``; ``lost`` after it was up; ``failed`` when it could not be made.
        attempts: the attempts since it was last up; 0 for ``lost``.
        error: the reason why it is not up; ``None`` for ``up``.
    """

    kind: Literal["up", "lost", "failed"]
    attempts: int
    error: Exception | None = None


class LinkUser(Protocol):
    """The user of a link, who is told its changes. Called from the link's tasks; must not raise."""

    def received(self, channel: str, data: bytes) -> None:
        """Take a message that has come."""

    def link_up(self, gaps: Iterable[str]) -> None:
        """Take note that all subscriptions are confirmed; the channels ``gaps`` may have missed messages."""

    def link_lost(self, unsent: Iterable[str]) -> None:
        """Take note that the link is lost; messages to ``unsent`` may not have been sent."""

    def link_event(self, event: LinkEvent) -> None:
        """Take an event for logs and telemetry."""


def connection_factory(url: str, timeout: float) -> Callable[[], Connection]:
    """Return a maker of connections that neither retry, nor check, nor decode by themselves.

    Args:
        url: the address of Redis.
        timeout: seconds that connecting may take.

    Raises:
        LiveViewError: if the package ``redis`` is not installed.
    """
    try:
        from redis.asyncio import ConnectionPool
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
    except ImportError:
        raise LiveViewError('RedisPubSub needs the package redis: pip install "parley[redis]"') from None
    pool = ConnectionPool.from_url(
        url, protocol=2, retry=Retry(NoBackoff(), 0), socket_timeout=None, socket_connect_timeout=timeout
    )
    return cast("Callable[[], Connection]", pool.make_connection)


def first_cause(error: BaseException) -> Exception:
    """Return the first plain exception inside a group of them."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, Exception) else ConnectionError(str(error))

"""Budgets: the resources that one account, or one address, takes with all its sockets together.

A bound on a single socket (:mod:`.limits`) does not stop a user who opens twenty. So each socket belongs to
two `Budget`s. The *account* is found in the session: its ``live_socket_id`` (see :mod:`.sign_out`), or else
the secret of the HTTP session; sockets without a session are one account for each address. The *address* is
the peer's, as the ASGI server gives it; behind a proxy that is the browser's own only if the server knows
which proxies to trust (``uvicorn --forwarded-allow-ips``). An IPv6 address counts as its network of 64 bits.

| bound | of an account | of an address | answer |
|---|---|---|---|
| sockets | ✓ | ✓ | the handshake is refused |
| views joined | ✓ | ✓ | as ``LIVE_MAX_CHANNELS`` |
| joins per second | ✓ | ✓ | as ``LIVE_JOIN_RATE`` |
| joins at work | ✓ | ✓ | the next ones wait, and account after account gets its turn (``socket/turns.py``) |
| events per second | ✓ | | as ``LIVE_EVENT_RATE`` |
| bytes of events that wait for their views | ✓ | | as ``LIVE_EVENT_RATE`` |
| bytes of messages that have not come completely | | ✓ | the longest is cut off (:mod:`.sweeper`) |
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import itertools
from typing import TYPE_CHECKING

from ..protocol import csrf
from .handshake import Handshake
from .limits import TokenBucket
from .sign_out import socket_id_in

if TYPE_CHECKING:
    from ..protocol.asgi import Scope
    from ..settings import Settings

REMEMBERED = 10_000
"""The most budgets without a socket that are kept, so that nobody gets new joins by coming back at once."""

LOOKED_AT = 4
"""The number of idle budgets that are checked whenever one becomes idle, so that their number shrinks."""

IPV6_NETWORK = 64


class Budget:
    """The resources that one account or address takes.

    Attributes:
        name: the name of the account or address.
        sockets: the number of open sockets.
        channels: the number of joined views.
        waiting: the bytes of events that wait for their views.
        joins: the bucket of joins.
        events: the bucket of events.
    """

    __slots__ = ("channels", "events", "joins", "name", "sockets", "waiting")

    def __init__(self, name: str, joins: TokenBucket, events: TokenBucket) -> None:
        self.name = name
        self.sockets = self.channels = self.waiting = 0
        self.joins, self.events = joins, events

    def is_full(self, now: float) -> bool:
        """Return whether all joins and events are available again."""
        return self.joins.is_full(now) and self.events.is_full(now)


class Load:
    """The bytes of an event under way. They count for a budget until this object is deleted.

    Events end in many ways: handled, dropped with their view, forgotten in a full mailbox. All of them delete
    the load.
    """

    __slots__ = ("_budget", "_size")

    def __init__(self, budget: Budget, size: int) -> None:
        self._budget, self._size = budget, size
        budget.waiting += size

    def __del__(self) -> None:
        self._budget.waiting -= self._size


class Budgets:
    """The budgets of an app. Its length is the number of those that have sockets."""

    def __init__(self) -> None:
        self._used: dict[str, Budget] = {}
        self._idle: dict[str, Budget] = {}

    def account(self, handshake: Handshake, address: str, settings: Settings) -> Budget:
        """Return the budget of the account of a session, or of sockets without one from an address."""
        name = account_of(handshake) or f"no session, {address}"
        joins = TokenBucket(settings.account_join_rate, settings.account_join_burst)
        return self._find(name, joins, settings)

    def address(self, address: str, settings: Settings) -> Budget:
        """Return the budget of an address."""
        joins = TokenBucket(settings.address_join_rate, settings.address_join_burst)
        return self._find(address, joins, settings)

    def _find(self, name: str, joins: TokenBucket, settings: Settings) -> Budget:
        budget = self._used.get(name) or self._idle.get(name)
        if budget is not None:
            return budget
        return Budget(name, joins, TokenBucket(settings.account_event_rate, settings.account_event_burst))

    def opened(self, budget: Budget) -> None:
        """Count an open socket."""
        budget.sockets += 1
        self._idle.pop(budget.name, None)
        self._used[budget.name] = budget

    def closed(self, budget: Budget) -> None:
        """Stop counting a socket that has been closed."""
        budget.sockets -= 1
        if budget.sockets == 0:
            self._used.pop(budget.name, None)
            self._idle[budget.name] = budget
            self._forget()

    def _forget(self) -> None:
        """Forget some of the budgets that have been idle for longest, if a new one would be the same."""
        now = asyncio.get_running_loop().time()
        for name in tuple(itertools.islice(self._idle, LOOKED_AT)):
            budget = self._idle.pop(name)
            if not budget.is_full(now) and len(self._idle) < REMEMBERED:
                self._idle[name] = budget

    def __len__(self) -> int:
        return len(self._used)


def account_of(handshake: Handshake) -> str | None:
    """Return the name of the account of a session; ``None`` without a session."""
    if handshake.session is None:
        return None
    socket_id = socket_id_in(handshake.session)
    return f"user {socket_id}" if socket_id is not None else f"session {csrf.secret_of(handshake.csrf_token)}"


def address_of(scope: Scope) -> str:
    """Return the name of the address that a socket comes from."""
    client = scope.get("client")
    text = str(client[0]) if client else ""
    address = _parse(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return f"address {address.ipv4_mapped}"
        return f"address {ipaddress.ip_network((address, IPV6_NETWORK), strict=False)}"
    return f"address {address or text}"


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    # Some proxies forward the port as well, which differs for each connection.
    for part in (text, text.rpartition(":")[0].strip("[]")):
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(part.partition("%")[0])
    return None

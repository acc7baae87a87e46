"""How much one account, and one address, may take up: over all their sockets together.

A bound on a single socket (:mod:`.limits`) stops nobody who opens twenty. So each socket belongs to two
`Budget`s. The *account* is who the session says it is: its ``live_socket_id`` (see :mod:`.sign_out`), or
else the secret of the HTTP session; sockets without a session are one account for each address. The *address*
is the peer's, as the ASGI server gives it; behind a proxy that is the browser's own only if the server is
told whom to believe (``uvicorn --forwarded-allow-ips``). An IPv6 address counts as its network of 64 bits.

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
"""Budgets without a socket that are kept, as whoever comes back at once has not got new joins by that."""

LOOKED_AT = 4
"""Idle budgets that are looked at for each that becomes idle, so that they grow fewer."""

IPV6_NETWORK = 64


class Budget:
    """What one account or address has taken up.

    Attributes:
        name: whose it is.
        sockets: how many are open.
        channels: how many views are joined.
        waiting: bytes of events that wait for their views.
        joins: how many joins are left for now.
        events: how many events are left for now.
    """

    __slots__ = ("channels", "events", "joins", "name", "sockets", "waiting")

    def __init__(self, name: str, joins: TokenBucket, events: TokenBucket) -> None:
        self.name = name
        self.sockets = self.channels = self.waiting = 0
        self.joins, self.events = joins, events

    def is_full(self, now: float) -> bool:
        """Whether nothing of it is taken."""
        return self.joins.is_full(now) and self.events.is_full(now)


class Load:
    """The bytes of an event on its way. They count for a budget for as long as the event is there.

    Events end in many ways: handled, dropped with their view, forgotten in a full mailbox. All lead here.
    """

    __slots__ = ("_budget", "_size")

    def __init__(self, budget: Budget, size: int) -> None:
        self._budget, self._size = budget, size
        budget.waiting += size

    def __del__(self) -> None:
        self._budget.waiting -= self._size


class Budgets:
    """All budgets of an app."""

    def __init__(self) -> None:
        self._used: dict[str, Budget] = {}
        self._idle: dict[str, Budget] = {}

    def account(self, handshake: Handshake, address: str, settings: Settings) -> Budget:
        """The budget of whose session it is."""
        name = account_of(handshake) or f"no session, {address}"
        joins = TokenBucket(settings.account_join_rate, settings.account_join_burst)
        return self._find(name, joins, settings)

    def address(self, address: str, settings: Settings) -> Budget:
        """The budget of an address."""
        joins = TokenBucket(settings.address_join_rate, settings.address_join_burst)
        return self._find(address, joins, settings)

    def _find(self, name: str, joins: TokenBucket, settings: Settings) -> Budget:
        budget = self._used.get(name) or self._idle.get(name)
        if budget is not None:
            return budget
        return Budget(name, joins, TokenBucket(settings.account_event_rate, settings.account_event_burst))

    def opened(self, budget: Budget) -> None:
        """A socket more."""
        budget.sockets += 1
        self._idle.pop(budget.name, None)
        self._used[budget.name] = budget

    def closed(self, budget: Budget) -> None:
        """A socket less."""
        budget.sockets -= 1
        if budget.sockets == 0:
            self._used.pop(budget.name, None)
            self._idle[budget.name] = budget
            self._forget()

    def _forget(self) -> None:
        """Look at those that have been idle for longest, and drop what would be made anew just so."""
        now = asyncio.get_running_loop().time()
        for name in tuple(itertools.islice(self._idle, LOOKED_AT)):
            budget = self._idle.pop(name)
            if not budget.is_full(now) and len(self._idle) < REMEMBERED:
                self._idle[name] = budget

    def __len__(self) -> int:
        """How many have sockets."""
        return len(self._used)


def account_of(handshake: Handshake) -> str | None:
    """A name for whose session it is; ``None`` without one."""
    if handshake.session is None:
        return None
    socket_id = socket_id_in(handshake.session)
    return f"user {socket_id}" if socket_id is not None else f"session {csrf.secret_of(handshake.csrf_token)}"


def address_of(scope: Scope) -> str:
    """A name for the address that a socket comes from."""
    client = scope.get("client")
    text = str(client[0]) if client else ""
    address = _parse(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return f"address {address.ipv4_mapped}"
        return f"address {ipaddress.ip_network((address, IPV6_NETWORK), strict=False)}"
    return f"address {address or text}"


def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    # Some proxies forward the port as well, and each connection has another one.
    for part in (text, text.rpartition(":")[0].strip("[]")):
        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(part.partition("%")[0])
    return None

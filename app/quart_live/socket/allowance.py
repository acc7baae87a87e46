"""What one socket may take: by itself, and out of what its account and its address have together.

A socket has rates of its own (:mod:`.limits`) and belongs to two budgets (:mod:`.budgets`). Whoever wants to
know whether something is too much asks here, and need not know which of the three says no.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import excess
from .budgets import Budgets, Load
from .limits import TokenBucket

if TYPE_CHECKING:
    from ..protocol.frames import Message
    from ..settings import Settings
    from .handshake import Handshake

BYTES_PER_FRAME = 4096
"""So much text counts as one more frame, since reading it takes about as long."""


class Allowance:
    """What a socket may take.

    Args:
        budgets: of the app.
        settings: the bounds.
        address: a name for where the socket comes from, see `budgets.address_of`.

    Attributes:
        account: what the account that the socket belongs to has taken up; the address until `claim`.
        address: the same of the address that it comes from.
    """

    def __init__(self, budgets: Budgets, settings: Settings, address: str) -> None:
        self._budgets, self._settings = budgets, settings
        self.address = budgets.address(address, settings)
        self.account = self.address
        self._joins = TokenBucket(settings.join_rate, settings.join_burst)
        self._events = TokenBucket(settings.event_rate, settings.event_burst)
        self._frames = TokenBucket(settings.frame_rate, settings.frame_burst)
        self._is_open = False

    def claim(self, handshake: Handshake) -> None:
        """Belong to the account whose session the handshake has shown."""
        self.account = self._budgets.account(handshake, self.address.name, self._settings)

    def open(self) -> str | None:
        """Count the socket. Returns the setting that allows no socket more, if there is one."""
        if self.address.sockets >= self._settings.max_sockets_per_address:
            return "LIVE_MAX_SOCKETS_PER_ADDRESS"
        if self.account.sockets >= self._settings.max_sockets_per_account:
            return "LIVE_MAX_SOCKETS_PER_ACCOUNT"
        self._is_open = True
        self._budgets.opened(self.account)
        self._budgets.opened(self.address)
        return None

    def close(self) -> None:
        """Count the socket no more, if it was counted."""
        if self._is_open:
            self._is_open = False
            self._budgets.closed(self.account)
            self._budgets.closed(self.address)

    def view_joined(self) -> None:
        """Count a view."""
        self.account.channels += 1
        self.address.channels += 1

    def view_left(self) -> None:
        """Count a view no more."""
        self.account.channels -= 1
        self.address.channels -= 1

    def takes_join(self, now: float) -> bool:
        """Take one join, if there is one left.

        Args:
            now: the event loop's time, as below.
        """
        return self._joins.take(now) and self.account.joins.take(now) and self.address.joins.take(now)

    def full(self, channels: int) -> str | None:
        """The setting that allows no view more on a socket with so many, if there is one."""
        if channels >= self._settings.max_channels:
            return "LIVE_MAX_CHANNELS"
        if self.account.channels >= self._settings.max_channels_per_account:
            return "LIVE_MAX_CHANNELS_PER_ACCOUNT"
        if self.address.channels >= self._settings.max_channels_per_address:
            return "LIVE_MAX_CHANNELS_PER_ADDRESS"
        return None

    def is_excess(self, message: Message, now: float) -> bool:
        """Take one event. Returns whether the message is one too many; see `excess.is_excess`."""
        most = self._settings.max_waiting_bytes
        return excess.is_excess(message, now, self._events, self.account, most)

    def load(self, size: int) -> Load:
        """The weight of an event of so many characters, for as long as it is there."""
        return Load(self.account, size)

    def owed(self, now: float, size: int) -> float:
        """Take a frame of so many characters, there or not. Returns the seconds until it would be there."""
        return self._frames.owed(now, 1 + size / BYTES_PER_FRAME)

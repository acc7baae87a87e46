"""`Allowance`: all limits of one socket: its own, those of its account, and those of its address.

A socket has rates of its own (:mod:`.limits`) and belongs to two budgets (:mod:`.budgets`). The code that
checks a limit asks here, and need not know which of the three is exceeded.
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
"""The length of text that counts as one more frame, since reading it takes about as long."""


class Allowance:
    """The limits of one socket.

    Args:
        budgets: the app's budgets.
        settings: the app's settings.
        address: the name of the address that the socket comes from; see `budgets.address_of`.

    Attributes:
        account: the budget of the account that the socket belongs to; that of the address until `claim`.
        address: the budget of the address that the socket comes from.
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
        """Take the budget of the account whose session the handshake has shown."""
        self.account = self._budgets.account(handshake, self.address.name, self._settings)

    def open(self) -> str | None:
        """Count the socket if the settings allow it; else return the name of the setting that is reached."""
        if self.address.sockets >= self._settings.max_sockets_per_address:
            return "LIVE_MAX_SOCKETS_PER_ADDRESS"
        if self.account.sockets >= self._settings.max_sockets_per_account:
            return "LIVE_MAX_SOCKETS_PER_ACCOUNT"
        self._is_open = True
        self._budgets.opened(self.account)
        self._budgets.opened(self.address)
        return None

    def close(self) -> None:
        """Stop counting the socket, if it was counted."""
        if self._is_open:
            self._is_open = False
            self._budgets.closed(self.account)
            self._budgets.closed(self.address)

    def view_joined(self) -> None:
        """Count a joined view."""
        self.account.channels += 1
        self.address.channels += 1

    def view_left(self) -> None:
        """Stop counting a view that has left."""
        self.account.channels -= 1
        self.address.channels -= 1

    def takes_join(self, now: float) -> bool:
        """Take one join. Return whether there was one left.

        Args:
            now: the event loop's time, as below.
        """
        return self._joins.take(now) and self.account.joins.take(now) and self.address.joins.take(now)

    def full(self, channels: int) -> str | None:
        """Return the name of the setting that is reached, with so many views on this socket; else None."""
        if channels >= self._settings.max_channels:
            return "LIVE_MAX_CHANNELS"
        if self.account.channels >= self._settings.max_channels_per_account:
            return "LIVE_MAX_CHANNELS_PER_ACCOUNT"
        if self.address.channels >= self._settings.max_channels_per_address:
            return "LIVE_MAX_CHANNELS_PER_ADDRESS"
        return None

    def is_excess(self, message: Message, now: float) -> bool:
        """Take one event. Return whether the message is one too many; see `excess.is_excess`."""
        most = self._settings.max_waiting_bytes
        return excess.is_excess(message, now, self._events, self.account, most)

    def load(self, size: int) -> Load:
        """Return the load of an event of so many characters, which counts until it is deleted."""
        return Load(self.account, size)

    def owed(self, now: float, size: int) -> float:
        """Take a frame of so many characters, even in advance. Return the seconds until it is allowed."""
        return self._frames.owed(now, 1 + size / BYTES_PER_FRAME)

"""The sockets of an app that are open, and what they have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ..runtime.recently import Recently
from .budgets import Budgets
from .sweeper import Sweeper
from .turns import Turns

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .socket import LiveSocket


class OpenSockets:
    """The open sockets.

    Args:
        runtime: the app's.
        on_open: called whenever one is opened.

    Attributes:
        budgets: what accounts and addresses have taken up.
        warned_of: what the log has said within the last hour.
    """

    def __init__(self, runtime: Runtime, on_open: Callable[[], None]) -> None:
        self._runtime = runtime
        self._on_open = on_open
        self._sockets: set[LiveSocket] = set()
        self.budgets = Budgets()
        self.warned_of = Recently(seconds=3600)
        self._sweeper = Sweeper(self, runtime)

    def __len__(self) -> int:
        return len(self._sockets)

    def __iter__(self) -> Iterator[LiveSocket]:
        return iter(tuple(self._sockets))

    def __contains__(self, socket: object) -> bool:
        return socket in self._sockets

    @cached_property
    def turns(self) -> Turns:
        """Who may join now."""
        settings = self._runtime.settings
        return Turns(settings.joins_per_account, settings.joins_per_address)

    @property
    def swept(self) -> bool:
        """Whether somebody looks now and then for those that are half open."""
        return self._sweeper.running

    def add(self, socket: LiveSocket) -> None:
        """A socket has been opened."""
        self._sockets.add(socket)
        self._sweeper.begin()
        self._on_open()

    def discard(self, socket: LiveSocket) -> None:
        """A socket has gone."""
        self._sockets.discard(socket)
        if not self._sockets:
            self._sweeper.end()

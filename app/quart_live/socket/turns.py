"""Joins take turns: whoever sends thousands of them makes nobody else wait.

Each account, and each address, may have some joins at work at the same time; more of them wait. When one has
ended, the next account behind the same address is taken, not the next join, so that somebody who has sent one
waits for one of the others, not for all of theirs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class _Account:
    """The joins of one account behind one address."""

    __slots__ = ("at_work", "waiting")

    def __init__(self) -> None:
        self.at_work = 0
        self.waiting: deque[asyncio.Future[None]] = deque()


class _Address:
    """The accounts behind one address.

    ``ready`` are those of which one more join may begin; who has waited longest is first.
    """

    __slots__ = ("accounts", "at_work", "ready")

    def __init__(self) -> None:
        self.at_work = 0
        self.accounts: dict[str, _Account] = {}
        self.ready: dict[str, _Account] = {}


class Turns:
    """Who may join now.

    Args:
        per_account: joins of one account behind one address that are at work at once.
        per_address: joins of one address that are at work at once.
    """

    def __init__(self, per_account: int, per_address: int) -> None:
        self._per_account, self._per_address = per_account, per_address
        self._addresses: dict[str, _Address] = {}

    @property
    def waiting(self) -> int:
        """How many joins wait."""
        return sum(len(a.waiting) for address in self._addresses.values() for a in address.accounts.values())

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of which a join is at work or waits."""
        return tuple(self._addresses)

    @asynccontextmanager
    async def taken(self, account: str, address: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it until the block ends.

        Args:
            account: whose join it is.
            address: where it comes from.
        """
        place = self._addresses.setdefault(address, _Address())
        mine = place.accounts.setdefault(account, _Account())
        if place.at_work < self._per_address and mine.at_work < self._per_account and not mine.waiting:
            place.at_work += 1
            mine.at_work += 1
        else:
            await self._wait(place, account, mine, address)
        try:
            yield
        finally:
            self._left(place, account, mine, address)

    async def _wait(self, place: _Address, account: str, mine: _Account, address: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        mine.waiting.append(turn)
        if mine.at_work < self._per_account:
            place.ready.setdefault(account, mine)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it had just got its turn
                self._left(place, account, mine, address)
            else:
                if turn in mine.waiting:
                    mine.waiting.remove(turn)
                self._tidy(place, account, mine, address)
            raise

    def _left(self, place: _Address, account: str, mine: _Account, address: str) -> None:
        place.at_work -= 1
        mine.at_work -= 1
        if mine.waiting:
            place.ready.setdefault(account, mine)  # at the end: others go first
        while place.ready and place.at_work < self._per_address:
            name, following = next(iter(place.ready.items()))
            del place.ready[name]
            while following.waiting and following.waiting[0].done():  # cancelled, and will notice soon
                following.waiting.popleft()
            if not following.waiting or following.at_work >= self._per_account:
                continue
            place.at_work += 1
            following.at_work += 1
            following.waiting.popleft().set_result(None)
            if following.waiting and following.at_work < self._per_account:
                place.ready[name] = following
        self._tidy(place, account, mine, address)

    def _tidy(self, place: _Address, account: str, mine: _Account, address: str) -> None:
        if not mine.at_work and not mine.waiting:
            place.accounts.pop(account, None)
            place.ready.pop(account, None)
        if not place.accounts:
            self._addresses.pop(address, None)

"""Turns of joins: an account that sends thousands of them delays no other account.

Each account, and each address, may have some joins at work at the same time; the others wait. When a join has
ended, the next account behind the same address gets a turn, not the next join, so that an account with one
join waits for one join of another account, not for all of them.
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

    ``ready`` are the accounts of which one more join may begin; the one that has waited longest is first.
    """

    __slots__ = ("accounts", "at_work", "ready")

    def __init__(self) -> None:
        self.at_work = 0
        self.accounts: dict[str, _Account] = {}
        self.ready: dict[str, _Account] = {}


class Turns:
    """The turns of all joins of an app.

    Args:
        per_account: the most joins of one account behind one address that are at work at once.
        per_address: the most joins of one address that are at work at once.
    """

    def __init__(self, per_account: int, per_address: int) -> None:
        self._per_account, self._per_address = per_account, per_address
        self._addresses: dict[str, _Address] = {}

    @property
    def waiting(self) -> int:
        """The number of joins that wait."""
        return sum(len(a.waiting) for address in self._addresses.values() for a in address.accounts.values())

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of which a join is at work or waits."""
        return tuple(self._addresses)

    @asynccontextmanager
    async def taken(self, account: str, address: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it until the block ends.

        Args:
            account: the name of the join's account.
            address: the name of the join's address.
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
            while following.waiting and following.waiting[0].done():  # cancelled; its task will notice soon
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

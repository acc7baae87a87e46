"""Guessing is slowed down: so many attempts for each account, and from each address, in a while."""

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from ..db import db
from ..times import now
from .models import Attempt

WHILE = timedelta(minutes=15)
FOR_AN_ACCOUNT = 5
# Behind one address there may be a whole school.
FROM_AN_ADDRESS = 50


class TooManyAttempts(Exception):  # noqa: N818  (a person made it, not the program)
    """No more attempts for now. `seconds` says how long to wait; as text it tells a person."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        minutes = math.ceil(seconds / 60)
        super().__init__(f"Too many attempts. Try again in {minutes} minute{'' if minutes == 1 else 's'}.")


class Attempts:
    """The attempts for one account from one address.

    Args:
        email: of the account, whether it exists or not.
        address: where the request came from.
    """

    def __init__(self, email: str, address: str) -> None:
        self.account = key_of("account", email)
        self.address = key_of("address", address)
        self._mine: list[int] = []

    async def add(self) -> None:
        """Count one more. Raises TooManyAttempts, and then does not count it.

        It is stored before the password is looked at. So a hundred at once do not slip through together.
        """
        async with db.transaction() as session:
            await session.execute(delete(Attempt).where(Attempt.at <= now() - WHILE))
            added = [Attempt(key=self.account), Attempt(key=self.address)]
            session.add_all(added)
        self._mine = [attempt.id for attempt in added]
        wait = max(
            seconds_to_wait(await self.earlier(self.account), FOR_AN_ACCOUNT),
            seconds_to_wait(await self.earlier(self.address), FROM_AN_ADDRESS),
        )
        if wait > 0:
            await self.remove(Attempt.id.in_(self._mine))
            raise TooManyAttempts(wait)

    async def succeeded(self) -> None:
        """It was the right password: this account begins afresh. Its address loses this one attempt only."""
        await self.remove((Attempt.key == self.account) | Attempt.id.in_(self._mine))

    async def earlier(self, key: str) -> Sequence[datetime]:
        """When the attempts before this one were made, the oldest first."""
        others = select(Attempt.at).where(Attempt.key == key, Attempt.id < self._mine[0])
        async with db.session() as session:
            return (await session.scalars(others.order_by(Attempt.at))).all()

    async def remove(self, which: ColumnElement[bool]) -> None:
        """Forget some attempts."""
        async with db.transaction() as session:
            await session.execute(delete(Attempt).where(which))


def seconds_to_wait(earlier: Sequence[datetime], limit: int) -> float:
    """Until one more is within the limit; 0 when it is."""
    if len(earlier) < limit:
        return 0
    return (earlier[-limit] + WHILE - now()).total_seconds()


def key_of(kind: str, value: str) -> str:
    """What is stored instead of an email or an address: neither is anybody's business here."""
    return hashlib.sha256(f"{kind}:{value}".encode(errors="replace")).hexdigest()

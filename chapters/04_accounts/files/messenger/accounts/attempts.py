"""Guessing is slowed down: after some attempts each further one has to wait longer, up to a minute."""

import hashlib
import ipaddress
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from ..db import db
from ..times import now
from .models import Attempt

# Older attempts are deleted.
WHILE = timedelta(minutes=15)
FIRST_WAIT = 5


class TooManyAttempts(Exception):  # noqa: N818  (a person made it, not the program)
    """An error for too many attempts. `seconds` says how long to wait; its text tells a person."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        unit = "second" if self.seconds == 1 else "seconds"
        super().__init__(f"Too many attempts. Try again in {self.seconds} {unit}.")


@dataclass(frozen=True)
class Budget:
    """A budget of attempts: how many are free in a while, and how long to wait for the next ones.

    Args:
        key: the key under which the attempts are counted.
        free: the number of attempts without a wait.
        longest: the longest wait in seconds, however many attempts there were.
        shared: whether many people share the budget, so that the success of one does not reset it.
    """

    key: str
    free: int
    longest: int
    shared: bool = False

    def wait(self, earlier: int, last: datetime | None) -> float:
        """Return the seconds until the next attempt, 0 or less for now. The wait doubles each time."""
        if last is None or earlier < self.free:
            return 0
        delay: float = min(self.longest, FIRST_WAIT * 2 ** min(earlier - self.free, 10))
        # A clock that was put back does not make the wait longer.
        return min(delay, delay - (now() - last).total_seconds())


def for_an_account(email: str) -> Budget:
    """Return the budget of all strangers for one account, whether the account exists or not."""
    return Budget(key_of("account", email), free=5, longest=60)


def for_a_browser(proof: str) -> Budget:
    """Return the budget of one browser, in which the account's owner has signed in before."""
    return Budget(key_of("browser", proof), free=5, longest=60)


def from_an_address(address: str) -> Budget:
    """Return the budget of one network address. A whole school may share it, so the waits are short."""
    return Budget(key_of("address", network(address)), free=100, longest=10, shared=True)


def for_registering(address: str) -> Budget:
    """Return the budget of new accounts from one address. A class of two hundred may register at once."""
    return Budget(key_of("register", network(address)), free=250, longest=60, shared=True)


def for_new_emails(user_id: int) -> Budget:
    """Return the budget of email changes of one user: each answer tells whether an email has an account."""
    return Budget(key_of("emails", str(user_id)), free=5, longest=60)


class Attempts:
    """One attempt, which counts in each of its budgets."""

    def __init__(self, *budgets: Budget) -> None:
        self.budgets = budgets
        self._mine: list[int] = []

    async def add(self) -> None:
        """Count an attempt, before the password is checked: so a hundred at once are counted too.

        Raises:
            TooManyAttempts: a budget is used up; the attempt is not counted.
        """
        # Attempts without a pause are refused here. They are not stored, so they delay no others.
        await self.check()
        self._mine = await store([budget.key for budget in self.budgets])
        try:
            await self.check(Attempt.id < self._mine[0])
        except TooManyAttempts:
            await self.withdraw()
            raise

    async def check(self, *which: ColumnElement[bool]) -> None:
        """Check that every budget allows one more attempt, after the earlier ones that `which` selects.

        Raises:
            TooManyAttempts: a budget is used up.
        """
        wait, ahead = await longest_wait(self.budgets, which)
        if ahead:
            await bring_back()
        if wait > 0:
            raise TooManyAttempts(wait)

    async def succeeded(self) -> None:
        """Reset the budgets after a right password. A shared budget only gets this attempt back."""
        own = [budget.key for budget in self.budgets if not budget.shared]
        await remove(Attempt.key.in_(own) | Attempt.id.in_(self._mine))

    async def withdraw(self) -> None:
        """Remove the attempt."""
        await remove(Attempt.id.in_(self._mine))


@db.writes
def store(session: Session, keys: Sequence[str]) -> list[int]:
    """Store an attempt for each of these keys. Returns their ids."""
    session.execute(delete(Attempt).where(Attempt.at <= now() - WHILE))
    added = [Attempt(key=key) for key in keys]
    session.add_all(added)
    session.flush()
    return [attempt.id for attempt in added]


@db.reads
def longest_wait(
    session: Session, budgets: Sequence[Budget], which: Sequence[ColumnElement[bool]]
) -> tuple[float, bool]:
    """Return the longest wait of all budgets, and whether an attempt lies in the future."""
    wait, ahead = 0.0, False
    for budget in budgets:
        mine = Attempt.key == budget.key, Attempt.at > now() - WHILE
        query = select(func.count(), func.max(Attempt.at)).where(*mine, *which)
        earlier, last = session.execute(query).one()
        ahead = ahead or (last is not None and last > now())
        wait = max(wait, budget.wait(earlier, last))
    return wait, ahead


@db.writes
def remove(session: Session, which: ColumnElement[bool]) -> None:
    """Delete the attempts that `which` selects."""
    session.execute(delete(Attempt).where(which))


@db.writes
def bring_back(session: Session) -> None:
    """Set attempts in the future to now: the clock was put back."""
    session.execute(update(Attempt).where(Attempt.at > now()).values(at=now()))


def network(address: str) -> str:
    """Return the network of an address. An IPv6 connection has a whole network of addresses, 2 to the 64."""
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found or address)


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the parsed address, or None if the text is not one."""
    # Some proxies add the port, which differs for each connection.
    for part in (address, address.rpartition(":")[0].strip("[]")):
        with suppress(ValueError):
            return ipaddress.ip_address(part.partition("%")[0])
    return None


def key_of(kind: str, value: str) -> str:
    """Return the digest that is stored instead of an email or an address, so that neither can be read."""
    return hashlib.sha256(f"{kind}:{value}".encode(errors="replace")).hexdigest()

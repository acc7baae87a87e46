"""Guessing is slowed down: after some attempts each next one has to wait, longer, but never for long."""

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

# What is older is forgotten.
WHILE = timedelta(minutes=15)
FIRST_WAIT = 5


class TooManyAttempts(Exception):  # noqa: N818  (a person made it, not the program)
    """Not yet. `seconds` says how long to wait; as text it tells a person."""

    def __init__(self, seconds: float) -> None:
        self.seconds = math.ceil(seconds)
        unit = "second" if self.seconds == 1 else "seconds"
        super().__init__(f"Too many attempts. Try again in {self.seconds} {unit}.")


@dataclass(frozen=True)
class Budget:
    """How many attempts are free in a while, and what the next ones cost.

    Args:
        key: for whom they are counted.
        free: so many need not wait.
        longest: seconds that one has to wait at most, however many there were.
        shared: many people have it in common, so that one who succeeds does not begin it afresh.
    """

    key: str
    free: int
    longest: int
    shared: bool = False

    def wait(self, earlier: int, last: datetime | None) -> float:
        """Seconds until one more is allowed, 0 or less when it is now. The wait doubles with each."""
        if last is None or earlier < self.free:
            return 0
        delay: float = min(self.longest, FIRST_WAIT * 2 ** min(earlier - self.free, 10))
        # A clock that was put back makes nobody wait longer.
        return min(delay, delay - (now() - last).total_seconds())


def for_an_account(email: str) -> Budget:
    """What strangers have together, from wherever they try; whether the account exists or not."""
    return Budget(key_of("account", email), free=5, longest=60)


def for_a_browser(proof: str) -> Budget:
    """What a browser has for itself, once it has proven that the account's owner was there."""
    return Budget(key_of("browser", proof), free=5, longest=60)


def from_an_address(address: str) -> Budget:
    """What all have together behind one address. There may be a whole school: the waits are short."""
    return Budget(key_of("address", network(address)), free=100, longest=10, shared=True)


def for_registering(address: str) -> Budget:
    """New accounts from one address. A class of two hundred may make theirs in the same minute."""
    return Budget(key_of("register", network(address)), free=250, longest=60, shared=True)


def for_new_emails(user_id: int) -> Budget:
    """Other emails that a user wants: the answer tells whether somebody has an account under it."""
    return Budget(key_of("emails", str(user_id)), free=5, longest=60)


class Attempts:
    """One attempt, and those before it, in each of its budgets."""

    def __init__(self, *budgets: Budget) -> None:
        self.budgets = budgets
        self._mine: list[int] = []

    async def add(self) -> None:
        """Count one more. Raises TooManyAttempts, and then does not count it.

        It is stored before the password is looked at. So a hundred at once do not slip through together.
        """
        # Who knocks without a pause is turned away here, and takes nobody's turn by what is stored below.
        await self.check()
        self._mine = await store([budget.key for budget in self.budgets])
        try:
            await self.check(Attempt.id < self._mine[0])
        except TooManyAttempts:
            await self.withdraw()
            raise

    async def check(self, *which: ColumnElement[bool]) -> None:
        """Raise TooManyAttempts if one more is too many now, after those that are meant."""
        wait, ahead = await longest_wait(self.budgets, which)
        if ahead:
            await bring_back()
        if wait > 0:
            raise TooManyAttempts(wait)

    async def succeeded(self) -> None:
        """It was the right password: begin afresh. Budgets that are shared lose this one attempt only."""
        own = [budget.key for budget in self.budgets if not budget.shared]
        await remove(Attempt.key.in_(own) | Attempt.id.in_(self._mine))

    async def withdraw(self) -> None:
        """As if it had not been."""
        await remove(Attempt.id.in_(self._mine))


@db.writes
def store(session: Session, keys: Sequence[str]) -> list[int]:
    """Store an attempt for each of these budgets. Returns their ids."""
    session.execute(delete(Attempt).where(Attempt.at <= now() - WHILE))
    added = [Attempt(key=key) for key in keys]
    session.add_all(added)
    session.flush()
    return [attempt.id for attempt in added]


@db.reads
def longest_wait(
    session: Session, budgets: Sequence[Budget], which: Sequence[ColumnElement[bool]]
) -> tuple[float, bool]:
    """The longest wait that a budget asks for, and whether an attempt was made later than now."""
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
    """Forget some attempts."""
    session.execute(delete(Attempt).where(which))


@db.writes
def bring_back(session: Session) -> None:
    """The clock was put back: what was made later than now was made now."""
    session.execute(update(Attempt).where(Attempt.at > now()).values(at=now()))


def network(address: str) -> str:
    """For whom an address stands. With IPv6 one connection has a whole network of them, 2 to the 64."""
    found = parsed(address)
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return str(found or address)


def parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """What an address says, if it is one."""
    # Some proxies forward the port as well, and each connection has another one.
    for part in (address, address.rpartition(":")[0].strip("[]")):
        with suppress(ValueError):
            return ipaddress.ip_address(part.partition("%")[0])
    return None


def key_of(kind: str, value: str) -> str:
    """What is stored instead of an email or an address: neither is anybody's business here."""
    return hashlib.sha256(f"{kind}:{value}".encode(errors="replace")).hexdigest()

"""Passwords: only their hashes are kept. Argon2 is slow on purpose, so it works beside the event loop."""

import unicodedata
from functools import cache, partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..config import argon2_costs
from .turns import Place, Turns

SHORTEST = 10
LONGEST = 200

# Each hash takes 64 MiB for a moment. With two at a time, a crowd has to wait, and the memory suffices.
turns = Turns(2)

OURSELVES = Place("ourselves")


@cache
def hasher() -> PasswordHasher:
    """Return the Argon2 hasher, with the costs of this installation."""
    costs = argon2_costs()
    return PasswordHasher(*costs) if costs else PasswordHasher()


async def hash_password(password: str, place: Place = OURSELVES) -> str:
    """Hash a password for storage.

    Raises:
        TooBusy: too many passwords wait to be hashed.
    """
    return await turns.run(place, partial(hashed, password))


def hashed(password: str) -> str:
    """Hash a password in this thread, which it blocks."""
    return hasher().hash(normal(password))


async def is_password(password: str, password_hash: str | None, place: Place = OURSELVES) -> bool:
    """Return whether the hash is that of the password; False without a hash, after the same time.

    Raises:
        TooBusy: too many passwords wait to be checked.
    """
    if len(password) > LONGEST:
        password, password_hash = "", None
    if password_hash is None:
        await hash_password(password, place)
        return False
    return await turns.run(place, partial(verify, password_hash, password))


def verify(password_hash: str, password: str) -> bool:
    """Return whether the hash is that of the password, in this thread, which it blocks."""
    try:
        return hasher().verify(password_hash, normal(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Return whether a hash was made with other costs than a new one."""
    return hasher().check_needs_rehash(password_hash)


def normal(password: str) -> str:
    """Return the password in one encoding: keyboards send the same letters in more than one."""
    return unicodedata.normalize("NFKC", password)

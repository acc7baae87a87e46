"""Who may sign in, and with what. Passwords come in here and leave as hashes."""

from contextlib import suppress
from typing import Any

from sqlalchemy import select, update

from ..db import db
from ..errors import Unavailable
from .attempts import Attempts
from .models import User
from .passwords import hash_password, is_outdated, is_password
from .sessions import end_sessions
from .users import FORMER


async def register(nickname: str, email: str, password: str) -> User:
    """Store someone who can sign in. Raises Invalid when nickname or email are taken."""
    password_hash = await hash_password(password)
    async with db.transaction() as session:
        user = User(nickname=nickname, email=normal_email(email), password_hash=password_hash)
        session.add(user)
    return user


async def authenticate(email: str, password: str, address: str) -> User | None:
    """The user with this email and password, or None; both take the same time. Raises TooManyAttempts.

    Args:
        address: where the request came from.
    """
    attempts = Attempts(normal_email(email), address)
    await attempts.add()
    user = await find_user_by_email(email)
    known = user.password_hash if user is not None else None
    if not await is_password(password, known) or user is None or known is None:
        return None
    await attempts.succeeded()
    if is_outdated(known):
        # The old hash is as good as before. If the new one cannot be stored now, the next time will do.
        with suppress(Unavailable):
            await store(user.id, {"password_hash": await hash_password(password)})
    return user


async def find_user_by_email(email: str) -> User | None:
    """The user with this email, or None."""
    async with db.session() as session:
        return await session.scalar(select(User).where(User.email == normal_email(email)))


async def change_user(
    user_id: int, *, nickname: str | None = None, email: str | None = None, password: str | None = None
) -> None:
    """Change what is given. A new password ends all sessions. Raises Invalid when something is taken."""
    values = {"nickname": nickname, "email": email and normal_email(email)}
    values["password_hash"] = await hash_password(password) if password is not None else None
    changes = {name: value for name, value in values.items() if value is not None}
    async with db.together():
        await store(user_id, changes)
        if password is not None:
            # Whoever knew the old password, or has a copy of a cookie, is out now.
            await end_sessions(user_id)


async def store(user_id: int, changes: dict[str, Any]) -> None:
    """Change these columns of a user."""
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == user_id).values(changes))


async def close_account(user_id: int) -> None:
    """Forget who this was. The record stays, under a name that says so, since messages refer to it."""
    gone = {"nickname": f"{FORMER} {user_id}", "email": None, "password_hash": None}
    async with db.together():
        await store(user_id, gone)
        await end_sessions(user_id)


def normal_email(email: str) -> str:
    """The form in which an email is stored and looked for. PostgreSQL takes no text with a zero in it."""
    return email.strip().lower().replace("\0", "")

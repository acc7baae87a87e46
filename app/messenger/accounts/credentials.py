"""Who may sign in, and with what. Passwords come in here and leave as hashes."""

from sqlalchemy import select, update

from ..db import db
from ..text import folded
from .attempts import Attempts
from .models import User, normal_email
from .nicknames import FORMER
from .passwords import hash_password, is_outdated, is_password
from .sessions import end_sessions


async def register(nickname: str, email: str, password: str) -> User:
    """Store someone who can sign in. Raises Invalid when nickname or email are taken."""
    password_hash = await hash_password(password)
    async with db.transaction() as session:
        user = User(nickname=nickname, email=email, password_hash=password_hash)
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
        await change_user(user.id, password=password)
    return user


async def find_user_by_email(email: str) -> User | None:
    """The user with this email, or None."""
    async with db.session() as session:
        return await session.scalar(select(User).where(User.email == normal_email(email)))


async def change_user(
    user_id: int, *, nickname: str | None = None, email: str | None = None, password: str | None = None
) -> None:
    """Change what is given. Raises Invalid when nickname or email are taken."""
    values = {"nickname": nickname, "nickname_folded": nickname and folded(nickname)}
    values["email"] = email and normal_email(email)
    values["password_hash"] = await hash_password(password) if password is not None else None
    changes = {name: value for name, value in values.items() if value is not None}
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == user_id).values(changes))


async def close_account(user_id: int) -> None:
    """Forget who this was. The record stays, under a name that says so, since messages refer to it."""
    name = f"{FORMER} {user_id}"
    gone = {"nickname": name, "nickname_folded": folded(name), "email": None, "password_hash": None}
    async with db.transaction() as session:
        await session.execute(update(User).where(User.id == user_id).values(gone))
    await end_sessions(user_id)

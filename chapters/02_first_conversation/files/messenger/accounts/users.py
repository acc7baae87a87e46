"""Creating and finding people."""

from sqlalchemy import select

from ..db import LARGEST_ID, db
from ..text import folded
from .models import User


async def create_user(nickname: str) -> User:
    """Store someone new. Raises Invalid when the nickname is blank or taken."""
    async with db.transaction() as session:
        user = User(nickname=nickname)
        session.add(user)
    return user


async def find_user(user_id: int) -> User | None:
    """The user with this id, or None."""
    if user_id > LARGEST_ID:
        return None
    async with db.session() as session:
        return await session.get(User, user_id)


async def find_user_by_nickname(nickname: str) -> User | None:
    """The user who goes by this nickname, however it is typed, or None."""
    async with db.session() as session:
        return await session.scalar(select(User).where(User.nickname_folded == folded(nickname)))

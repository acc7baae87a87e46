"""Creating and finding people."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ..db import LARGEST_ID, db
from ..text import folded
from .models import User


@db.writes
def create_user(session: Session, nickname: str) -> User:
    """Store a new user.

    Raises:
        Invalid: the nickname is blank or taken.
    """
    user = User(nickname=nickname)
    session.add(user)
    session.flush()
    return user


@db.reads
def find_user(session: Session, user_id: int) -> User | None:
    """Return the user with this id, or None."""
    if user_id > LARGEST_ID:
        return None
    return session.get(User, user_id)


@db.reads
def find_user_by_nickname(session: Session, nickname: str) -> User | None:
    """Return the user with this nickname, in whatever case it is typed, or None."""
    return session.scalar(select(User).where(User.nickname_folded == folded(nickname)))

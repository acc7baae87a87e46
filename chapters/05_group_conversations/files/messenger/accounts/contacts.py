"""Finding other people: by id, or by some letters of their nickname. Only those who can sign in are found."""

from collections.abc import Collection, Sequence

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from ..db import LARGEST_ID, db
from ..text import folded
from .models import User

LONGEST_NICKNAME = 40
CAN_SIGN_IN = User.email.is_not(None)


@db.reads
def find_users(session: Session, user_ids: Collection[int]) -> Sequence[User]:
    """Return the people with these ids, in any order. Ids without an account are skipped."""
    possible = {user_id for user_id in user_ids if 0 < user_id <= LARGEST_ID}
    return session.scalars(select(User).where(User.id.in_(possible), CAN_SIGN_IN)).all()


@db.reads
def find_people(session: Session, wanted: str, besides: Collection[int], limit: int) -> Sequence[User]:
    """Return the people whose nickname contains the wanted letters, in alphabetical order.

    Args:
        wanted: some letters, in upper or lower case; empty for all people.
        besides: ids of people to leave out.
        limit: the most people to return. Nicknames that begin with the letters come first.
    """
    if len(wanted) > LONGEST_NICKNAME:
        return []
    # Databases fold the case of few alphabets; SQLite of ours only. A folded text has one case.
    wanted = folded(wanted)
    begins = User.nickname_folded.startswith(wanted, autoescape=True)
    contains = User.nickname_folded.contains(wanted, autoescape=True)
    people = (
        select(User)
        .where(contains, CAN_SIGN_IN, User.id.not_in(besides))
        .order_by(case((begins, 0), else_=1), User.nickname_folded, User.id)
        .limit(limit)
    )
    return session.scalars(people).all()

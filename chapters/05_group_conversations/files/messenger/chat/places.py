"""The part of a conversation that a page needs: little, however many members there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from ..accounts import User
from ..accounts.contacts import LONGEST_NICKNAME
from ..db import LARGEST_ID, db
from ..text import folded
from .models import Conversation, Member

# Up to so many members are named one by one. Of more, only the first few are named.
NAMED = 8
FIRST_NAMES = 2


@dataclass(frozen=True)
class Place:
    """A conversation as one of its members sees it, without the list of members.

    Attributes:
        id, title, closed_at, created_at, mark: as in the conversation.
        i_own: whether this member is the owner.
        members: the number of members.
        names: the nicknames of the others: all of them, or the first if there are many.
    """

    id: int
    title: str
    closed_at: datetime | None
    created_at: datetime
    mark: str
    i_own: bool
    members: int
    names: tuple[str, ...]

    @property
    def unnamed(self) -> int:
        """The number of other members whose nickname is not in `names`."""
        return self.members - 1 - len(self.names)


MINE = (
    select(Conversation, Member.owner)
    .join(Member, Member.conversation_id == Conversation.id)
    .where(Member.conversation_id == bindparam("here"), Member.user_id == bindparam("user"))
)
# The window function counts all rows, also those beyond the limit.
OTHERS = (
    select(User.nickname, func.count().over())
    .join(Member, Member.user_id == User.id)
    .where(Member.conversation_id == bindparam("here"), Member.user_id != bindparam("user"))
    .order_by(Member.id)
    .limit(NAMED)
)


@db.reads
def find_place(session: Session, user_id: int, conversation_id: int) -> Place | None:
    """Return the conversation as this member sees it; None if the user is not a member."""
    if max(user_id, conversation_id) > LARGEST_ID:
        return None
    which = {"here": conversation_id, "user": user_id}
    found = session.execute(MINE, which).one_or_none()
    if found is None:
        return None
    first = session.execute(OTHERS, which).all()
    here, i_own = found
    members = 1 + (first[0][1] if first else 0)
    names = tuple(name for name, _ in first)
    return Place(
        id=here.id,
        title=here.title,
        closed_at=here.closed_at,
        created_at=here.created_at,
        mark=here.mark,
        i_own=i_own,
        members=members,
        names=names if members <= NAMED else names[:FIRST_NAMES],
    )


@db.reads
def members_page(session: Session, conversation_id: int, wanted: str, limit: int) -> Sequence[Member]:
    """Return members and their users, the oldest membership first.

    Args:
        conversation_id: the id of the conversation.
        wanted: some letters of the nickname, in upper or lower case; empty for all members.
        limit: the most members to return.
    """
    if len(wanted) > LONGEST_NICKNAME:
        return []
    query = (
        select(Member)
        .join(Member.user)
        .where(Member.conversation_id == conversation_id)
        .where(User.nickname_folded.contains(folded(wanted), autoescape=True))
        .order_by(Member.id)
        .limit(limit)
        .options(joinedload(Member.user))
    )
    return session.scalars(query).all()


@db.reads
def member_ids(session: Session, conversation_id: int) -> Sequence[int]:
    """Return the user ids of all members."""
    query = select(Member.user_id).where(Member.conversation_id == conversation_id)
    return session.scalars(query).all()


@db.reads
def who_stays(session: Session, conversation_id: int, user_id: int) -> Member | None:
    """Return the member who would own the conversation without this user; None if nobody is left."""
    query = (
        select(Member)
        .where(Member.conversation_id == conversation_id, Member.user_id != user_id)
        .order_by(Member.owner.desc(), Member.id)
        .limit(1)
        .options(joinedload(Member.user))
    )
    return session.scalar(query)

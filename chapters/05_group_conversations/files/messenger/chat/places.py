"""What a page needs to know of a conversation: little, however many take part in it."""

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

# So many are named one by one. Of more, a few stand for all.
NAMED = 8
FIRST_NAMES = 2


@dataclass(frozen=True)
class Place:
    """A conversation, as one of its members sees it from outside.

    Attributes:
        id, title, closed_at, created_at, mark: as those of the conversation.
        i_own: whether this member is its owner.
        members: how many there are.
        names: nicknames of the others: of all, or of the first when there are many.
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
        """How many others are not in `names`."""
        return self.members - 1 - len(self.names)


MINE = (
    select(Conversation, Member.owner)
    .join(Member, Member.conversation_id == Conversation.id)
    .where(Member.conversation_id == bindparam("here"), Member.user_id == bindparam("user"))
)
# The window counts them all, whatever the limit lets through.
OTHERS = (
    select(User.nickname, func.count().over())
    .join(Member, Member.user_id == User.id)
    .where(Member.conversation_id == bindparam("here"), Member.user_id != bindparam("user"))
    .order_by(Member.id)
    .limit(NAMED)
)


@db.reads
def find_place(session: Session, user_id: int, conversation_id: int) -> Place | None:
    """The conversation, if this user is one of its members; else None, as if it were not there."""
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
    """Members and who they are, those who came first before the others.

    Args:
        conversation_id: where.
        wanted: some letters of the nickname, of either case; all members when empty.
        limit: how many at most.
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
    """The user ids of all members."""
    query = select(Member.user_id).where(Member.conversation_id == conversation_id)
    return session.scalars(query).all()


@db.reads
def who_stays(session: Session, conversation_id: int, user_id: int) -> Member | None:
    """Who would own the conversation without this user: its owner, or who was there first. None: nobody."""
    query = (
        select(Member)
        .where(Member.conversation_id == conversation_id, Member.user_id != user_id)
        .order_by(Member.owner.desc(), Member.id)
        .limit(1)
        .options(joinedload(Member.user))
    )
    return session.scalar(query)

"""Marks: how far each member has read. Later messages of others are unread."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import JSON, Integer, Text, and_, bindparam, cast, func, select, update
from sqlalchemy.orm import Session

from ..db import db
from .conversations import Summary, conversations_of
from .models import Member, Message

HERE = Member.conversation_id == bindparam("here"), Member.user_id == bindparam("user")
MARK = select(Member.last_read_id).where(*HERE)
MOVE = (
    update(Member)
    .where(*HERE, func.coalesce(Member.last_read_id, -1) < bindparam("up_to"))
    .values(last_read_id=bindparam("up_to"))
    .returning(Member.id)
    .execution_options(synchronize_session=False)
)
# Many marks come as one JSON object, {"7": 12}: user 7 has read up to message 12. Their rows are locked in
# the order of their ids: two statements with different orders would wait for each other.
GIVEN = func.json_each(bindparam("marks", type_=JSON)).table_valued("key", "value")
UP_TO = cast(cast(GIVEN.c.value, Text), Integer)
AHEAD = (
    select(Member.id, UP_TO.label("up_to"))
    .join(GIVEN, Member.user_id == cast(GIVEN.c.key, Integer))
    .where(Member.conversation_id == bindparam("here"), func.coalesce(Member.last_read_id, -1) < UP_TO)
    .order_by(Member.id)
    .with_for_update(key_share=True, of=Member)
    .cte("ahead")
)
MOVE_ALL = (
    update(Member)
    .where(Member.id == AHEAD.c.id)
    .values(last_read_id=AHEAD.c.up_to)
    .returning(Member.user_id)
    .execution_options(synchronize_session=False)
)
# Messages from before the membership do not count as unread.
UNREAD = and_(
    Message.conversation_id == Member.conversation_id,
    Message.id > func.coalesce(Member.last_read_id, 0),
    Message.id > Member.came_after_id,
    Message.user_id != Member.user_id,
)
COUNTED = (
    select(
        Member.conversation_id,
        func.count(Message.id),
        Member.last_read_id.is_(None) & ~Member.owner,
    )
    .outerjoin(Message, UNREAD)
    .where(Member.user_id == bindparam("user"))
    .group_by(Member.conversation_id, Member.last_read_id, Member.owner)
)


class Read(NamedTuple):
    """News for all pages of one user: on one of them a conversation was read."""

    conversation_id: int


class Unread(NamedTuple):
    """The unread messages of one conversation, for one user.

    Attributes:
        messages: the number of unread messages of others.
        is_new: whether somebody else has begun it, and this user has never opened it.
    """

    messages: int = 0
    is_new: bool = False


class Counted(NamedTuple):
    """The unread messages of a user by conversation, and the newest message's id when they were counted."""

    unread: Mapping[int, Unread]
    up_to: int


@db.writes
def mark_read(session: Session, conversation_id: int, user_id: int, up_to: int) -> bool:
    """Move a user's mark to this message. Returns whether it was further back."""
    return move_mark(session, conversation_id, user_id, up_to)


def move_mark(session: Session, conversation_id: int, user_id: int, up_to: int) -> bool:
    """Move a user's mark within a transaction. It moves forward only: of two pages the further one counts."""
    moved = session.scalar(MOVE, {"here": conversation_id, "user": user_id, "up_to": up_to})
    return moved is not None


@db.writes
def move_marks(session: Session, conversation_id: int, up_to: Mapping[int, int]) -> Sequence[int]:
    """Move the marks of several users. Returns the ids of those whose mark was further back."""
    return session.scalars(MOVE_ALL, {"here": conversation_id, "marks": up_to}).all()


@db.reads
def read_up_to(session: Session, conversation_id: int, user_id: int) -> int:
    """Return the id of the last message that a user has read; 0 for an empty log, -1 if never opened."""
    mark = session.scalar(MARK, {"here": conversation_id, "user": user_id})
    return -1 if mark is None else mark


@db.reads
def unread_of(session: Session, user_id: int) -> Mapping[int, Unread]:
    """Return what a user has not read, by conversation; without those in which nothing is new."""
    rows = session.execute(COUNTED, {"user": user_id})
    found = [(id, Unread(messages, bool(new))) for id, messages, new in rows]
    return {id: unread for id, unread in found if unread != Unread()}


@db.reads
def newest_id(session: Session) -> int:
    """Return the id of the newest message in the database; 0 if there is none."""
    return session.scalar(select(func.max(Message.id))) or 0


@db.reads
def counted_of(session: Session, user_id: int) -> Counted:
    """Count what a user has not read. The newest id is read last, so that no later message is counted."""
    return Counted(unread_of.within(session, user_id), newest_id.within(session))


@db.reads
def list_of(session: Session, user_id: int) -> tuple[list[Summary], Counted]:
    """Return the conversations of a user and what they have not read, in one transaction."""
    return conversations_of.within(session, user_id), counted_of.within(session, user_id)

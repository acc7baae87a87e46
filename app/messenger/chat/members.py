"""Who takes part in a conversation, and what happens when someone leaves."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from ..accounts import User
from ..db import db
from .models import Conversation, Member, SeenMessage

MEMBER = (
    select(User.nickname)
    .join(Member, Member.user_id == User.id)
    .where(Member.conversation_id == bindparam("here"), Member.user_id == bindparam("user"))
)


class NotAMember(Exception):  # noqa: N818  (a person made it, not the program)
    """Who asked for this takes no part in the conversation, or does no more."""


class MembershipEnded(NamedTuple):
    """News for everyone who has the conversation open, the one who is out among them."""

    conversation_id: int
    user_id: int


class Leaving(NamedTuple):
    """What becomes of a conversation when one of its members goes.

    Attributes:
        conversation: which one.
        heir: who owns it from then on, if that changes.
        ends: whether nobody is left in it.
    """

    conversation: Conversation
    heir: Member | None
    ends: bool


def require_member(session: Session, conversation_id: int, user_id: int) -> str:
    """The nickname of a user who takes part in the conversation. Raises NotAMember for all others."""
    nickname = session.scalar(MEMBER, {"here": conversation_id, "user": user_id})
    if nickname is None:
        raise NotAMember
    return nickname


@db.reads
def leavings(session: Session, user_id: int) -> list[Leaving]:
    """What it would mean for each of their conversations if this user left."""
    mine = select(Member.conversation_id).where(Member.user_id == user_id)
    query = select(Conversation).where(Conversation.id.in_(mine)).order_by(Conversation.id)
    conversations = session.scalars(query.options(with_members())).all()
    return [leaving(conversation, user_id) for conversation in conversations]


def leaving(conversation: Conversation, user_id: int) -> Leaving:
    """The owner's place goes to whoever has been there longest."""
    others = [member for member in conversation.members if member.user_id != user_id]
    has_owner = any(member.owner for member in others)
    return Leaving(conversation, others[0] if others and not has_owner else None, ends=not others)


@db.writes
def leave_all(session: Session, user_id: int) -> Sequence[MembershipEnded]:
    """Take a user out of all conversations. Returns the news to be told."""
    left = leavings.within(session, user_id)
    session.execute(delete(SeenMessage).where(SeenMessage.user_id == user_id))
    session.execute(delete(Member).where(Member.user_id == user_id))
    heirs = [one.heir.id for one in left if one.heir is not None]
    session.execute(update(Member).where(Member.id.in_(heirs)).values(owner=True))
    over = [one.conversation.id for one in left if one.ends]
    session.execute(delete(Conversation).where(Conversation.id.in_(over)))
    return [MembershipEnded(one.conversation.id, user_id) for one in left]


def with_members() -> ORMOption:
    """Load the members and their users in the same go, who came first before the others."""
    return selectinload(Conversation.members).joinedload(Member.user)

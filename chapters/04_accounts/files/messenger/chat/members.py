"""The members of a conversation, and the effect when one of them leaves."""

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
    """An error for a user who is not, or no longer, a member of the conversation."""


class MembershipEnded(NamedTuple):
    """News for all members of a conversation, and for the former member: this membership has ended."""

    conversation_id: int
    user_id: int


class Leaving(NamedTuple):
    """The effect on a conversation when one of its members leaves.

    Attributes:
        conversation: the conversation.
        heir: the member who becomes the owner; None if the owner does not change.
        ends: whether no member is left, so that the conversation is deleted.
    """

    conversation: Conversation
    heir: Member | None
    ends: bool


def require_member(session: Session, conversation_id: int, user_id: int) -> str:
    """Return the nickname of a member.

    Raises:
        NotAMember: the user is not a member of the conversation.
    """
    nickname = session.scalar(MEMBER, {"here": conversation_id, "user": user_id})
    if nickname is None:
        raise NotAMember
    return nickname


@db.reads
def leavings(session: Session, user_id: int) -> list[Leaving]:
    """Return the effect on each conversation of a user, if this user left all of them."""
    mine = select(Member.conversation_id).where(Member.user_id == user_id)
    query = select(Conversation).where(Conversation.id.in_(mine)).order_by(Conversation.id)
    conversations = session.scalars(query.options(with_members())).all()
    return [leaving(conversation, user_id) for conversation in conversations]


def leaving(conversation: Conversation, user_id: int) -> Leaving:
    """Return the effect of a member's leaving. The oldest membership inherits the ownership."""
    others = [member for member in conversation.members if member.user_id != user_id]
    has_owner = any(member.owner for member in others)
    return Leaving(conversation, others[0] if others and not has_owner else None, ends=not others)


@db.writes
def leave_all(session: Session, user_id: int) -> Sequence[MembershipEnded]:
    """Remove a user from all conversations. Returns the news to broadcast."""
    left = leavings.within(session, user_id)
    session.execute(delete(SeenMessage).where(SeenMessage.user_id == user_id))
    session.execute(delete(Member).where(Member.user_id == user_id))
    heirs = [one.heir.id for one in left if one.heir is not None]
    session.execute(update(Member).where(Member.id.in_(heirs)).values(owner=True))
    over = [one.conversation.id for one in left if one.ends]
    session.execute(delete(Conversation).where(Conversation.id.in_(over)))
    return [MembershipEnded(one.conversation.id, user_id) for one in left]


def with_members() -> ORMOption:
    """Return the option that loads the members and their users with a conversation, the oldest first."""
    return selectinload(Conversation.members).joinedload(Member.user)

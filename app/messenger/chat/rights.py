"""What the owner of a conversation may do to it, and what each member may.

Each function is told who asks, as `by`, and looks into the database whether they may. What a page shows or
hides is a courtesy; the rule is here.
"""

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from ..accounts import find_users
from ..db import db
from ..errors import Invalid
from ..times import now
from .groups import GONE, MOST_MEMBERS, TOO_MANY_MEMBERS, checked_title
from .members import NotAMember, leaving, with_members
from .models import Conversation, Member

CLOSED = "This conversation is closed. Its owner can open it again."
NOT_A_MEMBER = "This person is not a member."
ONLY_THE_OWNER = "Only the owner can do this."
TO_GO_LEAVE = "This is yourself. To go, leave the conversation."


def owned(session: Session, conversation_id: int, by: int, *, also_closed: bool = False) -> Conversation:
    """A conversation that `by` owns, for this transaction alone. Raises Invalid, and NotAMember."""
    conversation = locked(session, conversation_id, by)
    if not place_of(conversation, by).owner:
        raise Invalid({"owner": [ONLY_THE_OWNER]})
    if conversation.closed_at is not None and not also_closed:
        raise Invalid({"owner": [CLOSED]})
    return conversation


def locked(session: Session, conversation_id: int, by: int) -> Conversation:
    """A conversation of a member's, which only one transaction has at a time. Raises NotAMember."""
    # Who has written a row makes all others wait who want to write it. So we write first, and read what
    # those before us have left.
    here = update(Conversation).where(Conversation.id == conversation_id)
    session.execute(here.values(updated_at=now()))
    conversation = session.get(Conversation, conversation_id, options=[with_members()])
    if conversation is None or conversation.member(by) is None:
        raise NotAMember
    return conversation


@db.writes
def rename_conversation(session: Session, conversation_id: int, by: int, title: str) -> None:
    """Give it another title. Raises Invalid."""
    conversation = owned(session, conversation_id, by)
    conversation.title = checked_title(title)


@db.writes
def close_conversation(session: Session, conversation_id: int, by: int) -> None:
    """From now on nobody can write in it. Raises Invalid."""
    conversation = owned(session, conversation_id, by)
    conversation.closed_at = now()


@db.writes
def reopen_conversation(session: Session, conversation_id: int, by: int) -> None:
    """Take `close_conversation` back. Raises Invalid."""
    conversation = owned(session, conversation_id, by, also_closed=True)
    conversation.closed_at = None


@db.writes
def invite(session: Session, conversation_id: int, by: int, user_id: int) -> None:
    """Let one more person take part. Raises Invalid."""
    conversation = owned(session, conversation_id, by)
    if len(conversation.members) >= MOST_MEMBERS:
        raise Invalid({"members": [TOO_MANY_MEMBERS]})
    if not find_users.within(session, [user_id]):
        raise Invalid({"members": [GONE]})
    session.add(Member(conversation_id=conversation_id, user_id=user_id))


@db.writes
def remove_member(session: Session, conversation_id: int, by: int, user_id: int) -> None:
    """Let somebody take part no longer; what they wrote stays. Raises Invalid."""
    conversation = owned(session, conversation_id, by)
    if user_id == by:
        raise Invalid({"members": [TO_GO_LEAVE]})
    session.delete(place_of(conversation, user_id))


@db.writes
def hand_over(session: Session, conversation_id: int, by: int, user_id: int) -> None:
    """Make another member the owner. Raises Invalid."""
    conversation = owned(session, conversation_id, by)
    crown(session, conversation, place_of(conversation, user_id))


@db.writes
def leave(session: Session, conversation_id: int, by: int) -> None:
    """Take part no longer. Somebody else owns it then, and nobody left means that it ends. Raises Invalid."""
    conversation = locked(session, conversation_id, by)
    going = leaving(conversation, by)
    if going.heir is not None:
        crown(session, conversation, going.heir)
    session.delete(place_of(conversation, by))
    if going.ends:
        session.flush()
        session.execute(delete(Conversation).where(Conversation.id == conversation_id))


def crown(session: Session, conversation: Conversation, heir: Member) -> None:
    """Make a member the owner. Two at once are against the rules, so the old one goes first."""
    for member in conversation.members:
        member.owner = False
    session.flush()
    heir.owner = True


def place_of(conversation: Conversation, user_id: int) -> Member:
    """A member's row. Raises Invalid when there is none."""
    for member in conversation.members:
        if member.user_id == user_id:
            return member
    raise Invalid({"members": [NOT_A_MEMBER]})

"""The rights of a conversation's owner, and those of each member.

Each function gets the id of the acting user as `by`, and checks in the database whether that user may do it.
A page hides buttons as a courtesy; the rule is here.
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
TO_GO_LEAVE = "You cannot remove yourself. Leave the conversation instead."


def owned(session: Session, conversation_id: int, by: int, *, also_closed: bool = False) -> Conversation:
    """Lock the conversation and return it, if `by` is its owner.

    Raises:
        Invalid: `by` is not the owner, or the conversation is closed.
        NotAMember: `by` is not a member.
    """
    conversation = locked(session, conversation_id, by)
    if not place_of(conversation, by).owner:
        raise Invalid({"owner": [ONLY_THE_OWNER]})
    if conversation.closed_at is not None and not also_closed:
        raise Invalid({"owner": [CLOSED]})
    return conversation


def locked(session: Session, conversation_id: int, by: int) -> Conversation:
    """Lock the conversation until the end of the transaction, and return it.

    Raises:
        NotAMember: `by` is not a member.
    """
    # A transaction that has written a row makes all others wait that want to write it. So this writes first,
    # and then reads what the earlier ones have left.
    here = update(Conversation).where(Conversation.id == conversation_id)
    session.execute(here.values(updated_at=now()))
    conversation = session.get(Conversation, conversation_id, options=[with_members()])
    if conversation is None or conversation.member(by) is None:
        raise NotAMember
    return conversation


@db.writes
def rename_conversation(session: Session, conversation_id: int, by: int, title: str) -> None:
    """Rename a conversation.

    Raises:
        Invalid: `by` is not the owner, the conversation is closed, or the title is blank or too long.
        NotAMember: `by` is not a member.
    """
    conversation = owned(session, conversation_id, by)
    conversation.title = checked_title(title)


@db.writes
def close_conversation(session: Session, conversation_id: int, by: int) -> None:
    """Close a conversation, so that nobody can write in it.

    Raises:
        Invalid: `by` is not the owner, or the conversation is closed already.
        NotAMember: `by` is not a member.
    """
    conversation = owned(session, conversation_id, by)
    conversation.closed_at = now()


@db.writes
def reopen_conversation(session: Session, conversation_id: int, by: int) -> None:
    """Open a closed conversation again.

    Raises:
        Invalid: `by` is not the owner.
        NotAMember: `by` is not a member.
    """
    conversation = owned(session, conversation_id, by, also_closed=True)
    conversation.closed_at = None


@db.writes
def invite(session: Session, conversation_id: int, by: int, user_id: int) -> None:
    """Add a member to a conversation.

    Raises:
        Invalid: `by` is not the owner, the conversation is closed or full, or the person does not exist or is
            a member already.
        NotAMember: `by` is not a member.
    """
    conversation = owned(session, conversation_id, by)
    if len(conversation.members) >= MOST_MEMBERS:
        raise Invalid({"members": [TOO_MANY_MEMBERS]})
    if not find_users.within(session, [user_id]):
        raise Invalid({"members": [GONE]})
    session.add(Member(conversation_id=conversation_id, user_id=user_id))


@db.writes
def remove_member(session: Session, conversation_id: int, by: int, user_id: int) -> None:
    """Remove another member from a conversation. The messages stay.

    Raises:
        Invalid: `by` is not the owner, the conversation is closed, or the user is `by` or not a member.
        NotAMember: `by` is not a member.
    """
    conversation = owned(session, conversation_id, by)
    if user_id == by:
        raise Invalid({"members": [TO_GO_LEAVE]})
    session.delete(place_of(conversation, user_id))


@db.writes
def hand_over(session: Session, conversation_id: int, by: int, user_id: int) -> None:
    """Make another member the owner.

    Raises:
        Invalid: `by` is not the owner, the conversation is closed, or the user is not a member.
        NotAMember: `by` is not a member.
    """
    conversation = owned(session, conversation_id, by)
    crown(session, conversation, place_of(conversation, user_id))


@db.writes
def leave(session: Session, conversation_id: int, by: int) -> None:
    """Leave a conversation. An owner is replaced; with its last member the conversation is deleted.

    Raises:
        NotAMember: `by` is not a member.
    """
    conversation = locked(session, conversation_id, by)
    going = leaving(conversation, by)
    if going.heir is not None:
        crown(session, conversation, going.heir)
    session.delete(place_of(conversation, by))
    if going.ends:
        session.flush()
        session.execute(delete(Conversation).where(Conversation.id == conversation_id))


def crown(session: Session, conversation: Conversation, heir: Member) -> None:
    """Make a member the owner. There may be only one, so the old owner loses the place first."""
    for member in conversation.members:
        member.owner = False
    session.flush()
    heir.owner = True


def place_of(conversation: Conversation, user_id: int) -> Member:
    """Return the membership of a user.

    Raises:
        Invalid: the user is not a member.
    """
    for member in conversation.members:
        if member.user_id == user_id:
            return member
    raise Invalid({"members": [NOT_A_MEMBER]})

"""Creating and finding conversations."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from ..accounts import User
from ..db import LARGEST_ID, db
from .models import Conversation, Member, Message
from .posted import COLUMNS, Posted, posted

MOST_CONVERSATIONS = 50

# Built once, as in `messages`.
LAST = (
    select(func.max(Message.id))
    .where(Message.conversation_id == Conversation.id)
    .correlate(Conversation)
    .scalar_subquery()
)
MINE = (
    select(Conversation, *COLUMNS)
    .join(Conversation.members)
    .outerjoin(Message, Message.id == LAST)
    .outerjoin(Message.author)
    .where(Member.user_id == bindparam("me"))
    .order_by(func.coalesce(Message.created_at, Conversation.created_at).desc())
    .limit(MOST_CONVERSATIONS)
)


class Summary(NamedTuple):
    """A conversation, and its last message if there is one."""

    conversation: Conversation
    last_message: Posted | None


@db.writes
def create_conversation(
    session: Session, title: str, owner: User, others: Sequence[User] = ()
) -> Conversation:
    """Store a conversation and its members together.

    Raises:
        Invalid: the title is blank or too long, or a user is listed twice.
    """
    conversation = Conversation(title=title)
    conversation.members = [Member(user_id=owner.id, owner=True)]
    conversation.members += [Member(user_id=user.id) for user in others]
    session.add(conversation)
    session.flush()
    return conversation


@db.writes
def add_member(session: Session, conversation_id: int, user_id: int, *, owner: bool = False) -> Member:
    """Add a member to a conversation.

    Raises:
        Invalid: the user is a member already, or the conversation already has an owner.
    """
    member = Member(conversation_id=conversation_id, user_id=user_id, owner=owner)
    session.add(member)
    return member


@db.reads
def find_conversation(session: Session, conversation_id: int) -> Conversation | None:
    """Return the conversation with its members and their users, or None."""
    if conversation_id > LARGEST_ID:
        return None
    return session.get(Conversation, conversation_id, options=[with_members()])


@db.reads
def all_conversations(session: Session) -> Sequence[Conversation]:
    """Return the newest conversations, with their members."""
    newest = select(Conversation).order_by(Conversation.id.desc()).limit(MOST_CONVERSATIONS)
    return session.scalars(newest.options(with_members())).all()


def summary(conversation: Conversation, *row: Any) -> Summary:
    """Make a summary from a row: a conversation, and the columns of its last message, if any."""
    return Summary(conversation, posted(row) if row[0] is not None else None)


@db.reads
def conversations_of(session: Session, user_id: int) -> list[Summary]:
    """Return the conversations of a user, the most recent first."""
    return [summary(*row) for row in session.execute(MINE, {"me": user_id})]


def with_members() -> ORMOption:
    """Return the option that loads the members and their users together with a conversation."""
    return selectinload(Conversation.members).joinedload(Member.user)


def with_newest(summaries: Sequence[Summary], message: Posted) -> list[Summary]:
    """Return the summaries with a new message: its conversation comes first, with it as the last message."""
    here = [summary for summary in summaries if summary.conversation.id == message.conversation_id]
    others = [summary for summary in summaries if summary.conversation.id != message.conversation_id]
    return [Summary(summary.conversation, message) for summary in here] + others

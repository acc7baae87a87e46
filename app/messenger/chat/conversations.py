"""Creating and finding conversations."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from ..accounts import User
from ..db import LARGEST_ID, db
from .members import with_members
from .models import Conversation, Member, Message
from .posted import COLUMNS, Author, Posted, posted

MOST_CONVERSATIONS = 50
FACES = 2

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

NTH = func.row_number().over(partition_by=Member.conversation_id, order_by=Member.id).label("nth")
OTHERS = (
    select(Member.conversation_id, Member.user_id, NTH)
    .where(Member.conversation_id.in_(bindparam("ids", expanding=True)), Member.user_id != bindparam("me"))
    .subquery()
)
FIRST_OTHERS = (
    select(OTHERS.c.conversation_id, User.id, User.nickname)
    .join(User, User.id == OTHERS.c.user_id)
    .where(OTHERS.c.nth <= FACES)
    .order_by(OTHERS.c.nth)
)


class Summary(NamedTuple):
    """A conversation, its last message if there is one, and some of the other members."""

    conversation: Conversation
    last_message: Posted | None
    faces: Sequence[Author] = ()


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


@db.reads
def conversation_ids_of(session: Session, user_id: int) -> list[int]:
    """Return the ids of all conversations of a user."""
    mine = select(Member.conversation_id).where(Member.user_id == user_id)
    return list(session.scalars(mine))


def summary(conversation: Conversation, *row: Any) -> Summary:
    """Make a summary from a row: a conversation, and the columns of its last message, if any."""
    return Summary(conversation, posted(row) if row[0] is not None else None)


@db.reads
def conversations_of(session: Session, user_id: int) -> list[Summary]:
    """Return the conversations of a user, the most recent first."""
    found = [summary(*row) for row in session.execute(MINE, {"me": user_id})]
    faces = faces_in(session, [summary.conversation.id for summary in found], user_id)
    return [summary._replace(faces=faces[summary.conversation.id]) for summary in found]


def faces_in(session: Session, ids: Sequence[int], user_id: int) -> dict[int, list[Author]]:
    """Return the first other members of each conversation. Of a large one only a few rows are read."""
    faces: dict[int, list[Author]] = {conversation_id: [] for conversation_id in ids}
    for conversation_id, *user in session.execute(FIRST_OTHERS, {"ids": ids, "me": user_id}):
        faces[conversation_id].append(Author(*user))
    return faces

"""Drafts: text that a user has written and not sent. It is stored, and shown on all their devices."""

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..db import Base, db
from ..errors import Invalid, Unavailable, says
from ..times import Timestamps, now
from .members import require_member

LONGEST = 20_000


class Draft(Timestamps, Base):
    """A draft: a message that one user has begun in one conversation."""

    __tablename__ = "chat_drafts"
    __table_args__ = (
        UniqueConstraint("conversation_id", "user_id", info=says("content", "There is a draft already.")),
        CheckConstraint(
            f"length(content) <= {LONGEST}",
            name="content_not_too_long",
            info=says("content", f"{LONGEST:,} characters at most."),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("chat_conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id", ondelete="CASCADE"))
    content: Mapped[str] = mapped_column(Text)


HERE = Draft.conversation_id == bindparam("here"), Draft.user_id == bindparam("user")
KEPT = select(Draft.content).where(*HERE)
# No draft in the session has to be updated.
FORGET = delete(Draft).where(*HERE).execution_options(synchronize_session=False)
FORGET_THIS = FORGET.where(Draft.content == bindparam("content"))


@db.reads
def draft_of(session: Session, conversation_id: int, user_id: int) -> str:
    """Return the user's draft in this conversation; empty if there is none."""
    return session.scalar(KEPT, {"here": conversation_id, "user": user_id}) or ""


async def keep_draft(conversation_id: int, user_id: int, content: str) -> None:
    """Replace the draft of a user. A blank text deletes it. Of two devices the last one counts.

    Raises:
        NotAMember: the user is not a member of the conversation.
    """
    if not content.strip():
        await forget_draft(conversation_id, user_id)
        return
    try:
        await store_draft(conversation_id, user_id, content[:LONGEST])
    except Unavailable:
        raise
    except Invalid:
        # Another device has inserted the row meanwhile. Now it can be updated.
        await store_draft(conversation_id, user_id, content[:LONGEST])


@db.writes
def store_draft(session: Session, conversation_id: int, user_id: int, content: str) -> None:
    """Update the draft, or insert it.

    Raises:
        Invalid: another device inserts one at the same moment.
        NotAMember: the user is not a member of the conversation.
    """
    require_member(session, conversation_id, user_id)
    change = update(Draft).where(*key(conversation_id, user_id)).values(content=content, updated_at=now())
    if not session.execute(change.returning(Draft.id)).all():
        session.add(Draft(conversation_id=conversation_id, user_id=user_id, content=content))


@db.writes
def forget_draft(session: Session, conversation_id: int, user_id: int, content: str | None = None) -> None:
    """Delete the draft. With a content: only if the draft has that content."""
    here = {"here": conversation_id, "user": user_id}
    if content is None:
        session.execute(FORGET, here)
    else:
        session.execute(FORGET_THIS, {**here, "content": content})


@db.writes
def forget_drafts_of(session: Session, user_id: int) -> None:
    """Delete all drafts of a user whose account ends."""
    session.execute(delete(Draft).where(Draft.user_id == user_id))


def key(conversation_id: int, user_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions that select the draft of a user in a conversation."""
    return Draft.conversation_id == conversation_id, Draft.user_id == user_id

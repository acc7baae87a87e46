"""What somebody has written and not sent: kept for them, on every device of theirs."""

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
    """A message that one user has begun in one conversation."""

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
# The session holds no drafts that would have to learn of it.
FORGET = delete(Draft).where(*HERE).execution_options(synchronize_session=False)
FORGET_THIS = FORGET.where(Draft.content == bindparam("content"))


@db.reads
def draft_of(session: Session, conversation_id: int, user_id: int) -> str:
    """What this user has begun to write; empty when there is nothing."""
    return session.scalar(KEPT, {"here": conversation_id, "user": user_id}) or ""


async def keep_draft(conversation_id: int, user_id: int, content: str) -> None:
    """Keep this instead of what was kept before; nothing when it is blank. Raises NotAMember.

    Two devices may write at the same time. The last one counts.
    """
    if not content.strip():
        await forget_draft(conversation_id, user_id)
        return
    try:
        await store_draft(conversation_id, user_id, content[:LONGEST])
    except Unavailable:
        raise
    except Invalid:
        # The other device was quicker to begin. Now there is a row to change.
        await store_draft(conversation_id, user_id, content[:LONGEST])


@db.writes
def store_draft(session: Session, conversation_id: int, user_id: int, content: str) -> None:
    """Change the row, or make it. Raises Invalid when somebody else makes it at the same moment."""
    require_member(session, conversation_id, user_id)
    change = update(Draft).where(*key(conversation_id, user_id)).values(content=content, updated_at=now())
    if not session.execute(change.returning(Draft.id)).all():
        session.add(Draft(conversation_id=conversation_id, user_id=user_id, content=content))


@db.writes
def forget_draft(session: Session, conversation_id: int, user_id: int, content: str | None = None) -> None:
    """Keep it no longer: in any case, or only if it is still this text."""
    here = {"here": conversation_id, "user": user_id}
    if content is None:
        session.execute(FORGET, here)
    else:
        session.execute(FORGET_THIS, {**here, "content": content})


@db.writes
def forget_drafts_of(session: Session, user_id: int) -> None:
    """The end of an account: nothing that was not sent stays."""
    session.execute(delete(Draft).where(Draft.user_id == user_id))


def key(conversation_id: int, user_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What makes a draft the only one."""
    return Draft.conversation_id == conversation_id, Draft.user_id == user_id

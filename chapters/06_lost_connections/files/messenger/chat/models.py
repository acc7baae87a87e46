"""The tables of the chat context. Beside each rule stands the message for someone who breaks it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts import User
from ..db import Base
from ..errors import says
from ..text import VisibleLine, VisibleText
from ..times import Timestamps, UtcDateTime, now

GIVE_A_TITLE = says("title", "Give the conversation a title.")
LONGEST_TITLE_KEPT = 200
# In characters, which both databases count.
LONGEST_MESSAGE = 10_000


class Conversation(Timestamps, Base):
    """A conversation, in which its members write to each other until the owner closes it."""

    __tablename__ = "chat_conversations"
    __table_args__ = (
        CheckConstraint("trim(title) <> ''", name="title_not_blank", info=GIVE_A_TITLE),
        CheckConstraint(
            f"length(title) <= {LONGEST_TITLE_KEPT}",
            name="title_not_too_long",
            info=says("title", f"{LONGEST_TITLE_KEPT} characters at most."),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(VisibleLine(LONGEST_TITLE_KEPT), info=GIVE_A_TITLE)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # "raise": a relationship that was not loaded raises an error here, instead of sending a hidden query.
    members: Mapped[list["Member"]] = relationship(order_by="Member.id", lazy="raise")

    def member(self, user_id: int) -> User | None:
        """Return the member with this user id, or None."""
        return next((member.user for member in self.members if member.user_id == user_id), None)


class Member(Timestamps, Base):
    """The membership of one user in one conversation."""

    __tablename__ = "chat_conversation_members"
    __table_args__ = (
        UniqueConstraint("conversation_id", "user_id", info=says("user_id", "Already a member.")),
        Index(
            "uq_chat_conversation_members_one_owner",
            "conversation_id",
            unique=True,
            sqlite_where=text("owner"),
            postgresql_where=text("owner"),
            info=says("owner", "The conversation has an owner already."),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("chat_conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"), index=True)
    owner: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship(lazy="raise")


class Message(Timestamps, Base):
    """A message of one member to a conversation."""

    __tablename__ = "chat_messages"
    __table_args__ = (
        CheckConstraint(
            "trim(content) <> ''", name="content_not_blank", info=says("content", "Write something first.")
        ),
        CheckConstraint(
            f"length(content) <= {LONGEST_MESSAGE}",
            name="content_not_too_long",
            info=says("content", f"This is too long: {LONGEST_MESSAGE:,} characters at most."),
        ),
        # Finds the newest messages of one conversation without reading the others.
        Index("ix_chat_messages_conversation_id_id", "conversation_id", "id"),
        # A message that is sent again because the answer was lost is still the same message.
        Index(
            "uq_chat_messages_key",
            "conversation_id",
            "user_id",
            "key",
            unique=True,
            info=says("key", "Sent already."),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("chat_conversations.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    content: Mapped[str] = mapped_column(VisibleText)
    # Made by the author's browser. A message without a key can only be sent once.
    key: Mapped[UUID | None] = mapped_column(Uuid)

    author: Mapped[User] = relationship(lazy="raise")


class SeenMessage(Base):
    """A record that one user has seen one message, and when."""

    __tablename__ = "chat_seen_messages"
    __table_args__ = (UniqueConstraint("message_id", "user_id", info=says("message_id", "Already seen.")),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("chat_messages.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id"))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

"""The tables of the accounts context."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from ..db import Base
from ..errors import says
from ..text import VisibleLine, folded, plain
from ..times import Timestamps, UtcDateTime, now

CHOOSE_A_NICKNAME = says("nickname", "Choose a nickname.")
NICKNAME_TAKEN = says("nickname", "This nickname is taken.")
EMAIL_TAKEN = says("email", "This email is taken.")
SMALL_LETTERS = says("email", "Write it in small letters.")
BOTH = says("password", "An email and a password come together.")


class User(Timestamps, Base):
    """Someone who writes and reads messages. Who has no email cannot sign in."""

    __tablename__ = "accounts_users"
    __table_args__ = (
        UniqueConstraint("nickname_folded", info=NICKNAME_TAKEN),
        CheckConstraint("trim(nickname) <> ''", name="nickname_not_blank", info=CHOOSE_A_NICKNAME),
        Index("uq_accounts_users_email", "email", unique=True, info=EMAIL_TAKEN),
        CheckConstraint("email = lower(trim(email))", name="email_normal", info=SMALL_LETTERS),
        CheckConstraint("(email IS NULL) = (password_hash IS NULL)", name="email_with_password", info=BOTH),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str] = mapped_column(VisibleLine(40), info=CHOOSE_A_NICKNAME)
    # By this it is told apart from others, and found.
    nickname_folded: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(254))
    password_hash: Mapped[str | None] = mapped_column(String(255))

    @validates("nickname")
    def fold_nickname(self, _name: str, nickname: str | None) -> str | None:
        """Whoever sets the nickname sets both."""
        self.nickname_folded = folded(nickname or "")
        return nickname

    @validates("email")
    def spell_email(self, _name: str, email: str | None) -> str | None:
        """Stored as it is looked for."""
        return email and normal_email(email)


def normal_email(email: str) -> str:
    """The form in which an email is stored and looked for. straße@ and strasse@ stay two mailboxes."""
    return plain(email).lower()


class UserSession(Timestamps, Base):
    """A browser in which a user is signed in. It holds a token, of which we keep the digest."""

    __tablename__ = "accounts_sessions"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64))


class Attempt(Base):
    """Somebody tried a password. `key` stands for an account, or for an address of the network."""

    __tablename__ = "accounts_attempts"
    __table_args__ = (Index("ix_accounts_attempts_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

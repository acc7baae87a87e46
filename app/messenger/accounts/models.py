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
SMALL_LETTERS = says("email", "Use small letters only.")
BOTH = says("password", "An email and a password come together.")


class User(Timestamps, Base):
    """A user, who writes and reads messages. A user without an email cannot sign in."""

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
    # For comparing nicknames, and for searching.
    nickname_folded: Mapped[str] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(String(254))
    password_hash: Mapped[str | None] = mapped_column(String(255))

    @validates("nickname")
    def fold_nickname(self, _name: str, nickname: str | None) -> str | None:
        """Set the folded nickname together with the nickname."""
        self.nickname_folded = folded(nickname or "")
        return nickname

    @validates("email")
    def spell_email(self, _name: str, email: str | None) -> str | None:
        """Store the email in its normal form."""
        return email and normal_email(email)


def normal_email(email: str) -> str:
    """Return the normal form of an email, for storing and searching. straße@ and strasse@ stay different."""
    return plain(email).lower()


class UserSession(Timestamps, Base):
    """A session: one browser in which a user is signed in. It has a token, of which we keep the digest."""

    __tablename__ = "accounts_sessions"
    __table_args__ = (UniqueConstraint("token_digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("accounts_users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64))


class Attempt(Base):
    """One attempt to prove a password. `key` stands for an account, a browser, or a network address."""

    __tablename__ = "accounts_attempts"
    __table_args__ = (Index("ix_accounts_attempts_key_at", "key", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

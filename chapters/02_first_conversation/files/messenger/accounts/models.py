"""The tables of the accounts context."""

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from ..db import Base
from ..errors import says
from ..text import VisibleLine, folded
from ..times import Timestamps

CHOOSE_A_NICKNAME = says("nickname", "Choose a nickname.")


class User(Timestamps, Base):
    """A user, who writes and reads messages."""

    __tablename__ = "accounts_users"
    __table_args__ = (
        UniqueConstraint("nickname_folded", info=says("nickname", "This nickname is taken.")),
        CheckConstraint("trim(nickname) <> ''", name="nickname_not_blank", info=CHOOSE_A_NICKNAME),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str] = mapped_column(VisibleLine(40), info=CHOOSE_A_NICKNAME)
    # For comparing nicknames, and for searching.
    nickname_folded: Mapped[str] = mapped_column(Text)

    @validates("nickname")
    def fold_nickname(self, _name: str, nickname: str | None) -> str | None:
        """Set the folded nickname together with the nickname."""
        self.nickname_folded = folded(nickname or "")
        return nickname

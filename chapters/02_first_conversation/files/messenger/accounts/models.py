"""The tables of the accounts context."""

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base
from ..errors import says
from ..times import Timestamps

CHOOSE_A_NICKNAME = says("nickname", "Choose a nickname.")


class User(Timestamps, Base):
    """Someone who writes and reads messages."""

    __tablename__ = "accounts_users"
    __table_args__ = (
        UniqueConstraint("nickname", info=says("nickname", "This nickname is taken.")),
        CheckConstraint("trim(nickname) <> ''", name="nickname_not_blank", info=CHOOSE_A_NICKNAME),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str] = mapped_column(String(40), info=CHOOSE_A_NICKNAME)

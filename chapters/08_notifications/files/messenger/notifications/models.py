"""The table of the notifications context."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base
from ..errors import says
from ..times import Timestamps

KNOWN = says("device", "This device is known already.")


class Device(Timestamps, Base):
    """A browser that takes notifications while no page is open.

    It belongs to a session, and is deleted with it: a browser that is signed out gets no notifications.
    """

    __tablename__ = "notifications_devices"
    __table_args__ = (UniqueConstraint("session_id", info=KNOWN), UniqueConstraint("endpoint", info=KNOWN))

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("accounts_sessions.id", ondelete="CASCADE"))
    endpoint: Mapped[str] = mapped_column(String(1000))
    # The browser's public key, and a secret that only we share. So only that browser can read a push.
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(30))

"""The browsers that take notifications while no page is open."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from py_vapid.utils import b64urldecode
from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from ..accounts import LASTS
from ..accounts.models import UserSession
from ..accounts.sessions import digest
from ..chat.models import Member
from ..db import db
from ..errors import Invalid
from ..params import text_in
from ..times import now
from .endpoints import check_endpoint
from .models import Device

SECRET_BYTES = 16
UNREADABLE = Invalid({"keys": ["The browser has sent keys that nothing can be encrypted with."]})


class Address(NamedTuple):
    """Where a browser takes notifications, and the keys that make them readable for it alone."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def in_params(cls, params: Any, hosts: Collection[str]) -> "Address":
        """The address that a browser has sent: its `PushSubscription`, as JSON. Raises Invalid."""
        keys = params.get("keys") if isinstance(params, dict) else None
        address = cls(text_in(params, "endpoint"), text_in(keys, "p256dh"), text_in(keys, "auth"))
        check_endpoint(address.endpoint, hosts)
        check_keys(address)
        return address


def check_keys(address: Address) -> None:
    """Raise Invalid unless the keys are a point on the curve and a secret of sixteen bytes."""
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b64urldecode(address.p256dh.encode()))
        secret = b64urldecode(address.auth.encode())
    except ValueError:
        raise UNREADABLE from None
    if len(secret) != SECRET_BYTES or len(address.p256dh) > 100 or len(address.auth) > 30:
        raise UNREADABLE


@db.reads
def device_of(session: Session, token: str | None) -> int | None:
    """The id of the session that a browser is signed in with; None if there is none."""
    if token is None:
        return None
    return session.scalar(select(UserSession.id).where(UserSession.token_digest == digest(token)))


@db.writes
def keep_device(session: Session, session_id: int, address: Address) -> None:
    """Remember where a browser takes notifications; it takes them in one place. Raises Invalid."""
    same = select(Device).where(Device.session_id == session_id, Device.endpoint == address.endpoint)
    known = session.scalar(same)
    if known is not None and (known.p256dh, known.auth) == address[1:]:
        return
    # Whoever was signed in here before has gone.
    mine = or_(Device.session_id == session_id, Device.endpoint == address.endpoint)
    session.execute(delete(Device).where(mine))
    session.add(Device(session_id=session_id, **address._asdict()))


@db.writes
def forget_device(session: Session, session_id: int) -> None:
    """The browser of this session takes none any more."""
    session.execute(delete(Device).where(Device.session_id == session_id))


@db.writes
def forget_endpoint(session: Session, endpoint: str) -> None:
    """The push service says that nobody lives there any more."""
    session.execute(delete(Device).where(Device.endpoint == endpoint))


@db.reads
def devices_to_tell(
    session: Session, conversation_id: int, besides: int, read_below: int
) -> Sequence[Device]:
    """The devices of a conversation's members.

    Args:
        conversation_id: which conversation.
        besides: id of a user who needs not be told.
        read_below: only of members who have not read up to this message; with 0, of those who have never
            opened the conversation.
    """
    query = (
        select(Device)
        .join(UserSession, UserSession.id == Device.session_id)
        .join(Member, Member.user_id == UserSession.user_id)
        .where(Member.conversation_id == conversation_id, Member.user_id != besides)
        .where(or_(Member.last_read_id.is_(None), Member.last_read_id < read_below))
        .where(UserSession.created_at > now() - LASTS)
    )
    return session.scalars(query).all()

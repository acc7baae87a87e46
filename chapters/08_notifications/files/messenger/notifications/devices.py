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
UNREADABLE = Invalid({"keys": ["The keys of this browser cannot be used for encryption."]})


class Address(NamedTuple):
    """The address of a browser at its push service, and the keys with which only that browser can read."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def in_params(cls, params: Any, hosts: Collection[str]) -> "Address":
        """Read the address that a browser has sent: its `PushSubscription`, as JSON.

        Raises:
            Invalid: it is no push service that we know, or the keys cannot be used.
        """
        keys = params.get("keys") if isinstance(params, dict) else None
        address = cls(text_in(params, "endpoint"), text_in(keys, "p256dh"), text_in(keys, "auth"))
        check_endpoint(address.endpoint, hosts)
        check_keys(address)
        return address


def check_keys(address: Address) -> None:
    """Check that the keys are a point on the curve and a secret of sixteen bytes.

    Raises:
        Invalid: they are not.
    """
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), b64urldecode(address.p256dh.encode()))
        secret = b64urldecode(address.auth.encode())
    except ValueError:
        raise UNREADABLE from None
    if len(secret) != SECRET_BYTES or len(address.p256dh) > 100 or len(address.auth) > 30:
        raise UNREADABLE


@db.reads
def device_of(session: Session, token: str | None) -> int | None:
    """Return the id of the session with this token, or None."""
    if token is None:
        return None
    return session.scalar(select(UserSession.id).where(UserSession.token_digest == digest(token)))


@db.writes
def keep_device(session: Session, session_id: int, address: Address) -> None:
    """Store the address of a browser, and replace its earlier one.

    Raises:
        Invalid: the session has ended, or another request stores the address at the same moment.
    """
    same = select(Device).where(Device.session_id == session_id, Device.endpoint == address.endpoint)
    known = session.scalar(same)
    if known is not None and (known.p256dh, known.auth) == address[1:]:
        return
    # The browser may belong to another session now.
    mine = or_(Device.session_id == session_id, Device.endpoint == address.endpoint)
    session.execute(delete(Device).where(mine))
    session.add(Device(session_id=session_id, **address._asdict()))


@db.writes
def forget_device(session: Session, session_id: int) -> None:
    """Forget the device of this session."""
    session.execute(delete(Device).where(Device.session_id == session_id))


@db.writes
def forget_endpoint(session: Session, endpoint: str) -> None:
    """Forget a device that its push service does not know any more."""
    session.execute(delete(Device).where(Device.endpoint == endpoint))


@db.reads
def devices_to_tell(
    session: Session, conversation_id: int, besides: int, read_below: int
) -> Sequence[Device]:
    """Return the devices of a conversation's members.

    Args:
        conversation_id: the id of the conversation.
        besides: the id of a user who is left out.
        read_below: only members who have not read up to this message; 0 for those who have never opened
            the conversation.
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

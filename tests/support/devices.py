"""Browsers that take pushes, for the tests of the context `notifications`."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select
from support.sessions import a_session

from messenger import accounts, notifications
from messenger.notifications import Address, Device


def base64url(data: bytes) -> str:
    """Encode bytes like the Push API."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def point() -> str:
    """Return the public key of a new browser."""
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return base64url(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


SECRET = base64url(b"s" * 16)


async def signed_in(name: str) -> tuple[accounts.User, int]:
    """Create a user and a session. Return the user and the id of the session."""
    user = await accounts.create_user(name)
    device = await notifications.device_of(await accounts.start_session(user.id))
    assert device is not None
    return user, device


def address(name: str = "abc") -> Address:
    """Return the push address of a browser of this name."""
    return Address(f"https://fcm.googleapis.com/fcm/send/{name}", point(), SECRET)


async def endpoints() -> list[str]:
    """Return the endpoints of all devices in the database."""
    async with a_session() as session:
        return list(await session.scalars(select(Device.endpoint).order_by(Device.id)))

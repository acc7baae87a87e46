"""The cryptography of a push: to verify its signature, and to decrypt it with the browser's keys."""

from __future__ import annotations

import base64
import binascii
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from course.lab.person.person import Person

LONGEST_TOKEN = 24 * 3600


@dataclass
class Subscriber:
    """A browser that has subscribed: its keys, and the only key that may sign pushes to it."""

    person: Person
    server_key: str
    private_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    def keys(self) -> dict[str, str]:
        """Return the public key and the secret that the browser gives to the app."""
        point = self.private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"p256dh": in_base64(point), "auth": in_base64(self.secret)}


def verified(authorization: str, subscriber: Subscriber, audience: str) -> dict[str, Any]:
    """Verify a signature and return its claims (RFC 8292).

    Args:
        authorization: the header.
        subscriber: the browser that the push is for.
        audience: the push service that it must be signed for.

    Raises:
        ValueError: if the signature is not valid; the message says why.
        KeyError: if the header lacks a field.
    """
    if not authorization.startswith("vapid "):
        raise ValueError("no VAPID signature")
    parts = dict(part.strip().split("=", 1) for part in authorization.removeprefix("vapid ").split(","))
    if parts["k"] != subscriber.server_key:
        raise ValueError("signed with another key than the browser has subscribed to")
    if not Vapid02.verify(f"vapid t={parts['t']},k={parts['k']}"):
        raise ValueError("the signature is wrong")
    claims: dict[str, Any] = json.loads(from_base64(parts["t"].split(".")[1]))
    if claims.get("aud") != audience:
        raise ValueError(f"signed for {claims.get('aud')}")
    if not 0 < claims.get("exp", 0) - time.time() <= LONGEST_TOKEN:
        raise ValueError("signed for another time")
    if not str(claims.get("sub", "")).startswith(("mailto:", "https://")):
        raise ValueError("signed without a contact")
    return claims


def decrypted(body: bytes, encoding: str, subscriber: Subscriber) -> str:
    """Decrypt the body of a push for this subscriber (RFC 8291).

    Raises:
        ValueError: if it cannot be decrypted.
    """
    if encoding != "aes128gcm":
        raise ValueError(f"Content-Encoding is {encoding or 'missing'}")
    try:
        plain: bytes = http_ece.decrypt(
            body, private_key=subscriber.private_key, auth_secret=subscriber.secret
        )
    except http_ece.ECEException as problem:
        raise ValueError(f"cannot be decrypted: {problem}") from None
    return plain.decode()


def in_base64(data: bytes) -> str:
    """Encode as base64url without padding, as browsers write keys."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64(text: str) -> bytes:
    """Decode base64url without padding.

    Raises:
        ValueError: if it is not base64.
    """
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as problem:
        raise ValueError(str(problem)) from None

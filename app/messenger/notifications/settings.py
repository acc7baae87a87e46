"""The settings of Web Push, from the environment."""

import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

LETTERS = 43

WRONG_KEY = "PARLEY_PUSH_KEY is not a key. Make one:  python -m messenger.push_key"
NO_CONTACT = "PARLEY_PUSH_CONTACT must be an address that push services can write to: mailto:you@example.com"
WRONG_AFTER = "PARLEY_PUSH_AFTER must be a number of seconds, for example 2."


@dataclass(frozen=True)
class PushSettings:
    """The settings of Web Push.

    Attributes:
        key: the key that signs pushes. A push service accepts no other than that of the subscription.
        contact: the address to which a push service can write.
        hosts: hosts to trust besides the known push services.
        after: the seconds in which a page can show a message before it is pushed.
    """

    key: Vapid02
    contact: str
    hosts: frozenset[str]
    after: float

    @property
    def public_key(self) -> str:
        """The key that a browser needs to subscribe."""
        point = self.key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return str(b64urlencode(point))


def push_settings() -> PushSettings | None:
    """Return the settings from PARLEY_PUSH_KEY and the like; None without a key.

    Raises:
        RuntimeError: PARLEY_PUSH_KEY, PARLEY_PUSH_CONTACT or PARLEY_PUSH_AFTER is wrong.
    """
    named = os.environ.get("PARLEY_PUSH_KEY", "").strip()
    if not named:
        return None
    contact = os.environ.get("PARLEY_PUSH_CONTACT", "").strip()
    if not contact.startswith(("mailto:", "https://")):
        raise RuntimeError(NO_CONTACT)
    hosts = (host.strip().lower() for host in os.environ.get("PARLEY_PUSH_HOSTS", "").split(","))
    return PushSettings(key_of(named), contact, frozenset(filter(None, hosts)), seconds())


def key_of(named: str) -> Vapid02:
    """Read a key from 32 bytes in base64.

    Raises:
        RuntimeError: it is not a key.
    """
    try:
        if len(named.rstrip("=")) != LETTERS:
            raise ValueError("too long, or too short")
        return Vapid02.from_raw(named.encode())
    except ValueError:
        raise RuntimeError(WRONG_KEY) from None


def seconds() -> float:
    """Return PARLEY_PUSH_AFTER, by default 2.

    Raises:
        RuntimeError: it is not a number.
    """
    try:
        return max(0.0, float(os.environ.get("PARLEY_PUSH_AFTER") or 2))
    except ValueError:
        raise RuntimeError(WRONG_AFTER) from None

"""Seals: a stashed value cannot be changed, moved elsewhere or used for ever.

A *seal* is text in the alphabet of tokens (``A-Z a-z 0-9 - _ .``), made with the app's secret keys. It is
bound to its *place* (scope, owner, view, name): a seal copied to another view, assign, user or session does
not open there. It carries the version of the declaration and the time at which it was made.

Two kinds: *signed* (itsdangerous, HMAC-SHA-384; the browser's owner can read it) and, on request, *encrypted*
(AES-256-GCM with a key derived from the secret key; needs the package ``cryptography``).
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import struct
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from ..errors import LiveViewError

# A signature of 48 bytes is 64 letters without a spare bit, so there is only one way to write it.
_SIGNED = re.compile(r"\.?[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{64}")
_ENCRYPTED = re.compile(r"~[A-Za-z0-9_-]+")
_NONCE = 12
_MAX_OPENED = 8 * 1024 * 1024
"""The most bytes to decompress, against decompression bombs; our own seals are far smaller."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place to which a value is bound.

    Attributes:
        scope: ``reconnect``, ``session`` or ``user``.
        owner: the owner; see ``identity.py``.
        view: the key of the view.
        name: the name of the assign.
    """

    scope: str
    owner: str
    view: str
    name: str

    def binding(self) -> str:
        """Return a text that no other place has."""
        return json.dumps(["quart_live.stash", self.scope, self.owner, self.view, self.name])


@dataclass(frozen=True, slots=True)
class Opened:
    """The content of a seal: the declaration's version, and the value as JSON text."""

    version: int
    text: str


class Seals:
    """The maker and opener of seals.

    Args:
        keys: a function that returns the app's secret keys, oldest first; the last one seals, all of them
            open.
        clock: a function that returns the seconds since 1970; for tests.
    """

    def __init__(self, keys: Callable[[], list[str]], clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self.clock = clock

    def seal(self, place: Place, version: int, text: str, *, encrypt: bool = False) -> str:
        """Return the seal of a value's JSON text for ``place``.

        Raises:
            LiveViewError: if encryption is asked for and not installed.
        """
        if encrypt:
            return self._encrypt(place, version, text)
        made: Any = self._signer(place).dumps([version, text])
        return made if isinstance(made, str) else made.decode()

    def open(self, place: Place, seal: object, max_age: float, *, encrypted: bool = False) -> Opened | None:
        """Open a seal.

        Args:
            place: the place where it was found.
            seal: the seal, which may be any object.
            max_age: the seconds after which it does not open any more.
            encrypted: whether it must be an encrypted one.

        Returns:
            The content; None if the seal is forged, damaged, made for another place, or too old.

        Raises:
            LiveViewError: if encryption is asked for and not installed.
        """
        if not isinstance(seal, str):
            return None
        try:
            body = self._decrypt(place, seal, max_age) if encrypted else self._verified(place, seal, max_age)
        except (BadData, ValueError, OverflowError, RecursionError, struct.error, zlib.error):
            return None
        match body:
            case [int(version), str(text)] if not isinstance(version, bool):
                return Opened(version, text)
        return None

    def _signer(self, place: Place) -> URLSafeTimedSerializer:
        options = {"digest_method": hashlib.sha384, "key_derivation": "hmac"}
        return URLSafeTimedSerializer(self._keys(), salt=place.binding(), signer=_signer_class(self.clock),
                                      signer_kwargs=options)  # fmt: skip

    def _verified(self, place: Place, seal: str, max_age: float) -> Any:
        if _SIGNED.fullmatch(seal) is None:
            return None
        read, made = self._signer(place).loads(seal, return_timestamp=True)
        return read if self._is_young(made.timestamp(), max_age) else None

    def _encrypt(self, place: Place, version: int, text: str) -> str:
        data = zlib.compress(json.dumps([self.clock(), version, text]).encode())
        nonce = secrets.token_bytes(_NONCE)
        sealed = _cipher(self._keys()[-1]).encrypt(nonce, data, place.binding().encode())
        return "~" + base64.urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def _decrypt(self, place: Place, seal: str, max_age: float) -> Any:
        if _ENCRYPTED.fullmatch(seal) is None:
            return None
        raw = base64.urlsafe_b64decode(seal[1:] + "=" * (-(len(seal) - 1) % 4))
        if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != seal[1:]:
            return None  # another spelling of the same bytes
        for key in reversed(self._keys()):
            data = _decrypted(_cipher(key), raw, place.binding().encode())
            if data is not None:
                made, version, text = json.loads(zlib.decompressobj().decompress(data, _MAX_OPENED))
                return [version, text] if self._is_young(made, max_age) else None
        return None

    def _is_young(self, made: float, max_age: float) -> bool:
        # A seal from the future was made before the clock was put back; it is valid all the same.
        return self.clock() - made <= max_age


@lru_cache(maxsize=4)
def _signer_class(now: Callable[[], float]) -> Any:
    from itsdangerous import TimestampSigner

    class Signer(TimestampSigner):
        def get_timestamp(self) -> int:
            return int(now())

    return Signer


def require_encryption() -> None:
    """Check that encryption is installed.

    Raises:
        LiveViewError: if the package ``cryptography`` is not installed.
    """
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise LiveViewError("encrypt=True needs the package cryptography: pip install cryptography") from None


@lru_cache(maxsize=16)
def _cipher(key: str) -> Any:
    require_encryption()
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(SHA256(), length=32, salt=None, info=b"quart_live.stash encryption")
    return AESGCM(derived.derive(key.encode()))


def _decrypted(cipher: Any, raw: bytes, binding: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag

    try:
        data: bytes = cipher.decrypt(raw[:_NONCE], raw[_NONCE:], binding)
    except (InvalidTag, ValueError):
        return None
    return data

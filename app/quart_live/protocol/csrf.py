"""Cross-site request forgery: the page knows a token that another site's page cannot know.

A random secret lives in the HTTP session. The page carries it, masked afresh each time so that compression
cannot leak it, in ``<meta name="csrf-token">``; the client sends it in the socket's address. Cookies come
along with a socket that *any* page opens, this token does not.

**Session fixation.** Clear the session when somebody signs in or out (``session.clear()``, then set what is
new): nothing that a visitor, or whoever planted a cookie, had in it then survives, this secret included.
Pages that are open elsewhere load themselves anew at their next join. A socket keeps the session of its
handshake, so go on by a *page load* after signing in (``self.redirect``, or a form that submits over HTTP),
not by `push_navigate`. To end the sockets that are open already see ``socket/sign_out.py``.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import MutableMapping
from typing import Any, TypeGuard

SESSION_KEY = "_live_csrf"
_LENGTH = 18


class CsrfToken(str):
    """The token as text.

    A call returns the token too, so ``{{ csrf_token() }}`` works like ``{{ csrf_token }}``.
    """

    __slots__ = ()

    def __call__(self) -> str:
        return str(self)


def issue(session: MutableMapping[str, Any]) -> CsrfToken:
    """Make a token for the holder of ``session``; make the session's secret first if it has none."""
    secret = session.get(SESSION_KEY)
    if not _is_secret(secret):
        secret = session[SESSION_KEY] = _encode(secrets.token_bytes(_LENGTH))
    mask = secrets.token_bytes(_LENGTH)
    return CsrfToken(_encode(mask + _xor(mask, _decode(secret))))


def matches(session: MutableMapping[str, Any], token: object) -> bool:
    """Return whether ``token`` was issued to the holder of ``session``."""
    secret = session.get(SESSION_KEY)
    if not _is_secret(secret) or not isinstance(token, str):
        return False
    raw = _decode(token)
    if len(raw) != 2 * _LENGTH:
        return False
    return hmac.compare_digest(_xor(raw[:_LENGTH], raw[_LENGTH:]), _decode(secret))


def secret_of(token: CsrfToken) -> str | None:
    """Return the session's secret that is masked in ``token``, which must be ours."""
    raw = _decode(token)
    return _encode(_xor(raw[:_LENGTH], raw[_LENGTH:])) if len(raw) == 2 * _LENGTH else None


def _is_secret(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and len(_decode(value)) == _LENGTH


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""

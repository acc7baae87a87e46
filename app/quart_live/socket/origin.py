"""The check of a handshake's origin: only pages of the same host, and the origins that the app names.

A browser always sends ``Origin`` with a WebSocket handshake and no script can change it. Programs that are
not browsers may leave it out; they have no cookies of a victim to abuse, so they are allowed.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from ..protocol.asgi import Scope, header


def is_allowed(scope: Scope, allowed: Collection[str] = ()) -> bool:
    """Return whether the handshake in ``scope`` comes from this host or from one of ``allowed``.

    Args:
        scope: the ASGI scope of the handshake.
        allowed: further origins such as ``"https://chat.example"``; ``"*"`` allows all.
    """
    origin = header(scope, b"origin")
    if origin is None or "*" in allowed or origin in allowed:
        return True
    host = header(scope, b"host")
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    port = {"http": ":80", "https": ":443"}.get(parts.scheme)
    if host is None or port is None or not parts.netloc:
        return False
    return parts.netloc.lower().removesuffix(port) == host.lower().removesuffix(port)

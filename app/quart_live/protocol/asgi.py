"""The few ASGI types the engine needs (https://asgi.readthedocs.io, specification 2.x)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Event: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Event]]
Send: TypeAlias = Callable[[Event], Awaitable[None]]
ASGIApp: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]


def header(scope: Scope, name: bytes) -> str | None:
    """Return the first header called ``name`` (lower case) of a scope, or ``None``."""
    for key, value in scope.get("headers", ()):
        if key.lower() == name:
            return str(value.decode("latin-1"))
    return None


def local_path(scope: Scope) -> str:
    """Return the path of a scope without the prefix under which the whole app is mounted."""
    path: str = scope.get("path", "")
    root: str = scope.get("root_path", "")
    return below(path, root) or path


def below(path: str, root: str) -> str | None:
    """Return the rest of ``path`` below the prefix ``root``; None if it is not below it."""
    if root.endswith("/") and path.startswith(f"{root}/"):
        path = root + path[len(root) + 1 :]  # a server has joined "/chat/" and "/live"
    root = root.rstrip("/")
    if not root:
        return path or "/"
    if path == root or path.startswith(f"{root}/"):
        return path[len(root) :] or "/"
    return None

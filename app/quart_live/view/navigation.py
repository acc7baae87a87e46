"""Navigation: a patch, a live navigation or a plain redirect, and its form on the wire.

| call | what happens in the browser | what happens to the view |
|---|---|---|
| `push_patch(to)` | the address changes | stays; `handle_params` runs with the new address |
| `push_navigate(to)` | another live view over the same socket | ends; the next one mounts |
| `redirect(to=…)` | a full page load | ends |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

MAX_PATCHES = 20
"""The most patches in a row that `handle_params` may make, and the most views in a row that may redirect."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A navigation that stays in the view and changes the address."""

    to: str
    replace: bool = False
    event = "live_patch"

    def wire(self, flash_token: str | None = None) -> dict[str, Any]:
        """Return the payload, without a flash token, since the view stays."""
        return {"kind": "replace" if self.replace else "push", "to": self.to}


@dataclass(frozen=True, slots=True)
class Navigate:
    """A navigation to another live view over the same socket."""

    to: str
    replace: bool = False
    event = "live_redirect"

    def wire(self, flash_token: str | None = None) -> dict[str, Any]:
        """Return the payload, with the flash for the next view."""
        return _with_flash({"kind": "replace" if self.replace else "push", "to": self.to}, flash_token)


@dataclass(frozen=True, slots=True)
class Redirect:
    """A navigation that loads another page."""

    to: str
    event = "redirect"

    def wire(self, flash_token: str | None = None) -> dict[str, Any]:
        """Return the payload, with the flash that the client puts into a cookie."""
        return _with_flash({"to": self.to}, flash_token)


Navigation: TypeAlias = Patch | Navigate | Redirect


def _with_flash(payload: dict[str, Any], flash_token: str | None) -> dict[str, Any]:
    return payload if flash_token is None else {**payload, "flash": flash_token}


def local(to: str) -> str:
    """Return ``to`` if it is a path of this site, such as ``/rooms/1?page=2``.

    Raises:
        ValueError: if it is not; ``//host`` and ``/\\host`` would leave the site.
    """
    if not to.startswith("/") or to.startswith(("//", "/\\")) or any(ord(char) < 32 for char in to):
        raise ValueError(
            f"{to!r} is not a path of this site, which begins with a single '/'. "
            "For other sites use redirect(external=…)"
        )
    return to


def external(to: str) -> str:
    """Return ``to`` if it is a full http or https address.

    Raises:
        ValueError: if it is not, for example for ``javascript:``.
    """
    parts = urlsplit(to)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{to!r} is not a full http(s) address; for a page of this site use redirect(to=…)")
    return to


def error_response(navigation: Navigation, flash_token: str | None) -> Mapping[str, Any]:
    """Return the response of the error reply to a join whose mount ended in ``navigation``."""
    return {navigation.event: navigation.wire(flash_token)}


def same_page(uri: str, to: str) -> bool:
    """Return whether ``to`` leads from ``uri`` to the same address, apart from the fragment."""
    here, there = urlsplit(uri), urlsplit(urljoin(uri, to))
    return (here.scheme, here.netloc, here.path, here.query) == (
        there.scheme,
        there.netloc,
        there.path,
        there.query,
    )

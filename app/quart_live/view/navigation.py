"""Where a view sends its user: a patch, a live navigation or a plain redirect, and how the wire says it.

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
"""How often in a row `handle_params` may answer a patch with a patch."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Stay in the view, change the address."""

    to: str
    replace: bool = False
    event = "live_patch"

    def wire(self, flash_token: str | None = None) -> dict[str, Any]:
        """The payload; a patch needs no flash token since the view stays."""
        return {"kind": "replace" if self.replace else "push", "to": self.to}


@dataclass(frozen=True, slots=True)
class Navigate:
    """Go to another live view over the same socket."""

    to: str
    replace: bool = False
    event = "live_redirect"

    def wire(self, flash_token: str | None = None) -> dict[str, Any]:
        """The payload, with the flash for the next view."""
        return _with_flash({"kind": "replace" if self.replace else "push", "to": self.to}, flash_token)


@dataclass(frozen=True, slots=True)
class Redirect:
    """Load another page."""

    to: str
    event = "redirect"

    def wire(self, flash_token: str | None = None) -> dict[str, Any]:
        """The payload, with the flash that the client puts into a cookie."""
        return _with_flash({"to": self.to}, flash_token)


Navigation: TypeAlias = Patch | Navigate | Redirect


def _with_flash(payload: dict[str, Any], flash_token: str | None) -> dict[str, Any]:
    return payload if flash_token is None else {**payload, "flash": flash_token}


def local(to: str) -> str:
    """Check that ``to`` is a path of this site, such as ``/rooms/1?page=2``.

    Raises:
        ValueError: otherwise; ``//host`` and ``/\\host`` would leave the site.
    """
    if not to.startswith("/") or to.startswith(("//", "/\\")) or any(ord(char) < 32 for char in to):
        raise ValueError(f"{to!r} is not a path of this site; it must begin with a single '/'")
    return to


def external(to: str) -> str:
    """Check that ``to`` is a full http or https address.

    Raises:
        ValueError: otherwise, for example for ``javascript:``.
    """
    parts = urlsplit(to)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"{to!r} is not a full http(s) address; for a page of this site use redirect(to=…)")
    return to


def error_response(navigation: Navigation, flash_token: str | None) -> Mapping[str, Any]:
    """The error reply of a join whose mount ended in ``navigation``."""
    return {navigation.event: navigation.wire(flash_token)}


def same_page(uri: str, to: str) -> bool:
    """Whether going to ``to`` from ``uri`` leads to the very same address, the fragment aside."""
    here, there = urlsplit(uri), urlsplit(urljoin(uri, to))
    return (here.scheme, here.netloc, here.path, here.query) == (
        there.scheme,
        there.netloc,
        there.path,
        there.query,
    )

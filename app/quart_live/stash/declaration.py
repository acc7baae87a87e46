"""The declaration: which assigns survive, for whom, and where they are kept.

    stash = Stash(draft="reconnect", tab="session", filter=user(store="db"), version=2, migrate=from_older)

A scope alone is enough; the functions `reconnect`, `session` and `user` are for those who want to say more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..errors import LiveViewError
from .seal import require_encryption

Scope = Literal["reconnect", "session", "user"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
Migration = Callable[[dict[str, Any], int], Mapping[str, Any]]

BROWSER = "browser"
DAY = 24 * 3600.0
_AGES: dict[Scope, float] = {"reconnect": DAY, "session": 14 * DAY, "user": 365 * DAY}


@dataclass(frozen=True, slots=True)
class Kept:
    """How one assign is kept.

    Attributes:
        scope: for whom.
        store: name of the store; ``None``: the browser, or for `user` the first store that was added.
        max_age: seconds after the last change; later the value has gone.
        encrypt: whether nobody but the app may read it.
    """

    scope: Scope
    store: str | None
    max_age: float
    encrypt: bool


def reconnect(*, store: str | None = None, max_age: float | None = None, encrypt: bool = False) -> Kept:
    """For this visit to the page in this tab: lost connections, crashes, restarts, deploys, reloads.

    Args:
        store: a store's name; by default the tab's own storage in the browser.
        max_age: seconds it is good for after the last change; by default a day.
        encrypt: whether the browser must not be able to read it.
    """
    return _kept("reconnect", store, max_age, encrypt)


def session(*, store: str | None = None, max_age: float | None = None, encrypt: bool = False) -> Kept:
    """For this browser session: every tab, until the user signs out or the session cookie goes.

    Args:
        store: a store's name; by default the browser's storage.
        max_age: seconds it is good for after the last change; by default 14 days.
        encrypt: whether the browser must not be able to read it.
    """
    return _kept("session", store, max_age, encrypt)


def user(*, store: str | None = None, max_age: float | None = None, encrypt: bool = False) -> Kept:
    """For this user, on whatever device. Nothing is kept while nobody is signed in.

    Args:
        store: a store's name; by default the first one that was added to ``live.stash``.
        max_age: seconds it is good for after the last change; by default a year.
        encrypt: whether the store must not be able to read it.
    """
    return _kept("user", store, max_age, encrypt)


class Stash:
    """Which assigns of a view or a component survive.

    Args:
        assigns: names and scopes as a mapping, for names that are also options below.
        version: of the shape of what is kept. Raise it when older values would not fit any more.
        migrate: ``migrate(values, version)`` makes of the values of an older version those of this one;
            without it they are given up, and the view starts clean.
        max_bytes: limit for each assign's JSON text; a longer one is not kept, and the log says so.
        scopes: for each assign ``"reconnect"``, ``"session"``, ``"user"``, or what the functions of these
            names return.

    Raises:
        LiveViewError: if there is no such scope, or encryption is asked for and not installed.
    """

    def __init__(
        self,
        assigns: Mapping[str, Scope | Kept] | None = None,
        /,
        *,
        version: int = 1,
        migrate: Migration | None = None,
        max_bytes: int = 16 * 1024,
        **scopes: Scope | Kept,
    ) -> None:
        self.version = version
        self.migrate = migrate
        self.max_bytes = max_bytes
        given = {**(assigns or {}), **scopes}
        self.assigns: dict[str, Kept] = {name: _as_kept(name, scope) for name, scope in given.items()}
        if any(kept.encrypt for kept in self.assigns.values()):
            require_encryption()

    def __repr__(self) -> str:
        assigns = ", ".join(f"{name}={kept.scope!r}" for name, kept in self.assigns.items())
        return f"Stash({assigns}, version={self.version})"

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes that are used."""
        return frozenset(kept.scope for kept in self.assigns.values())


def _as_kept(name: str, scope: Scope | Kept) -> Kept:
    if isinstance(scope, Kept):
        return scope
    if scope not in SCOPES:
        names = ", ".join(repr(known) for known in SCOPES)
        raise LiveViewError(f"{name}={scope!r}: there is no such scope; there are {names}")
    if name in ("flash", "csrf_token"):
        raise LiveViewError(f"{name} is the engine's own and cannot be kept")
    return _kept(scope, None, None, False)


def _kept(scope: Scope, store: str | None, max_age: float | None, encrypt: bool) -> Kept:
    return Kept(scope, store, _AGES[scope] if max_age is None else float(max_age), encrypt)

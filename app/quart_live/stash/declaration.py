"""The declaration of a stash: the assigns that survive, with their scopes and stores.

    stash = Stash(draft="reconnect", tab="session", filter=user(store="db"), version=2, migrate=from_older)

The name of a scope is enough; the functions `reconnect`, `session` and `user` take options.
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
    """The declaration of one assign.

    Attributes:
        scope: the scope.
        store: the store's name; ``None`` for the browser, in the scope `user` for the first store that was
            added.
        max_age: the seconds after the last change for which the value is good.
        encrypt: whether the value is encrypted, so that only the app can read it.
    """

    scope: Scope
    store: str | None
    max_age: float
    encrypt: bool


def reconnect(*, store: str | None = None, max_age: float | None = None, encrypt: bool = False) -> Kept:
    """Declare an assign that is kept for this visit to the page in this tab.

    It survives lost connections, crashes, restarts, deploys and reloads.

    Args:
        store: a store's name; by default the tab's own storage in the browser.
        max_age: the seconds after the last change for which the value is good; by default a day.
        encrypt: whether to encrypt the value, so that the browser cannot read it.
    """
    return _kept("reconnect", store, max_age, encrypt)


def session(*, store: str | None = None, max_age: float | None = None, encrypt: bool = False) -> Kept:
    """Declare an assign that is kept for every tab until the user signs out or the session cookie goes.

    Args:
        store: a store's name; by default the browser's storage.
        max_age: the seconds after the last change for which the value is good; by default 14 days.
        encrypt: whether to encrypt the value, so that the browser cannot read it.
    """
    return _kept("session", store, max_age, encrypt)


def user(*, store: str | None = None, max_age: float | None = None, encrypt: bool = False) -> Kept:
    """Declare an assign that is kept for this user, on any device. It is not kept while nobody is signed in.

    Args:
        store: a store's name; by default the first one that was added to ``live.stash``.
        max_age: the seconds after the last change for which the value is good; by default a year.
        encrypt: whether to encrypt the value, so that the store cannot read it.
    """
    return _kept("user", store, max_age, encrypt)


class Stash:
    """The declaration of the assigns of a view or a component that survive.

    Args:
        assigns: names and scopes as a mapping, for names that are also options below.
        version: the version of the values' shape. Raise it when older values would not fit any more.
        migrate: a function ``migrate(values, version)`` that turns the values of an older version into those
            of this one; without it they are dropped, and the view starts clean.
        max_bytes: the limit for each assign's JSON text; a longer one is not kept, and the log says so.
        scopes: for each assign ``"reconnect"``, ``"session"``, ``"user"``, or the result of the function of
            this name.

    Raises:
        LiveViewError: if there is no such scope, an assign is the engine's own, or encryption is asked for
            and not installed.
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
        """The scopes of the declared assigns."""
        return frozenset(kept.scope for kept in self.assigns.values())


def _as_kept(name: str, scope: Scope | Kept) -> Kept:
    if isinstance(scope, Kept):
        return scope
    if scope not in SCOPES:
        names = ", ".join(repr(known) for known in SCOPES)
        raise LiveViewError(f"{name}={scope!r}: there is no such scope; use one of {names}")
    if name in ("flash", "csrf_token"):
        raise LiveViewError(f"{name} is the engine's own and cannot be kept; leave it out of the stash")
    return _kept(scope, None, None, False)


def _kept(scope: Scope, store: str | None, max_age: float | None, encrypt: bool) -> Kept:
    return Kept(scope, store, _AGES[scope] if max_age is None else float(max_age), encrypt)

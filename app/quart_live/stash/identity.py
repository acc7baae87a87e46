"""The owners of stashed values, by scope.

| scope | owner |
|---|---|
| `reconnect` | the tab, within the session |
| `session` | the secret in the HTTP session, and the user who is signed in with it |
| `user` | the user's id, as the app returns it |

Since the user is part of the session's owner, another user of the same browser never gets values of the user
before, whether the app clears its session on sign-out or not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ..protocol import csrf
from .declaration import Scope

_READABLE = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a view's user: the owner for each scope.

    Attributes:
        session: the owner of the session scope; ``None`` if there is no session.
        user: the owner of the user scope; ``None`` if nobody is signed in.
        tab: the tab's id, chosen by the browser; ``None`` during the first render.
        tab_before: the id of the tab from which this one was duplicated.
    """

    session: str | None
    user: str | None
    tab: str | None = None
    tab_before: str | None = None

    def owner(self, scope: Scope) -> str | None:
        """Return the owner of ``scope`` in a store on the server; None if there is none."""
        match scope:
            case "session":
                return self.session
            case "user":
                return self.user
        return self._tab(self.tab)

    def owner_before(self) -> str | None:
        """Return the owner of the reconnect scope in the tab from which this one was duplicated."""
        return self._tab(self.tab_before)

    def holder(self, scope: Scope) -> str | None:
        """Return the owner of ``scope`` in the browser's storage, which has a part for each tab already."""
        return self.session if scope == "reconnect" else self.owner(scope)

    def _tab(self, tab: str | None) -> str | None:
        if tab is None or self.session is None:
            return None
        return "reconnect:" + _digest("tab", self.session, tab)


def session_owner(csrf_token: csrf.CsrfToken, user: object) -> str | None:
    """Return the owner of the session scope; None without a session.

    Args:
        csrf_token: any token issued to the session. All of them hide the same secret, which is in the cookie.
        user: the user's id; None if nobody is signed in.
    """
    secret = csrf.secret_of(csrf_token)
    if secret is None:
        return None
    return "session:" + _digest("session", secret, user_owner(user) or "")


def user_owner(user: object) -> str | None:
    """Return the owner of the user scope; None if nobody is signed in.

    Args:
        user: the user's id, text or a number; None if nobody is signed in.
    """
    if user is None:
        return None
    text = str(user)
    readable = len(text) <= _READABLE and text.isascii() and text.isprintable()
    return f"user:{text}" if readable else f"user#{_digest('user', text)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:40]

"""Browsers in which an account's owner has signed in before. A cookie says so; it lets nobody in by itself.

Guesses of strangers use up the budget of strangers. They do not lock out the owner, since a known browser has
a budget of its own.
"""

import hashlib
import secrets
from datetime import timedelta

from itsdangerous import BadData, URLSafeTimedSerializer
from quart import after_this_request, current_app, request
from quart.typing import ResponseTypes

from . import accounts

COOKIE = "KNOWN_BROWSER"
LASTS = timedelta(days=365)
# A family may share a computer.
MOST = 8


def remember(user: accounts.User) -> None:
    """Set the cookie for a user who has just signed in in this browser. The other users in it stay."""
    known = {key: value for key, value in read().items() if key != str(user.id)}
    known[str(user.id)] = [secrets.token_urlsafe(12), version_of(user)]
    value = signer().dumps(dict(list(known.items())[-MOST:]))

    @after_this_request
    async def give(response: ResponseTypes) -> ResponseTypes:
        response.set_cookie(
            COOKIE,
            str(value),
            max_age=LASTS,
            httponly=True,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            samesite="Lax",
        )
        return response


def proof_for(user: accounts.User | None) -> str | None:
    """Return the key for this browser's own attempts; None if the user has not signed in here before."""
    number, version = read().get(str(user.id), ("", "")) if user is not None else ("", "")
    # After a new password no browser is known: somebody may have copied a cookie.
    return f"{user.id}:{number}" if user is not None and version and version == version_of(user) else None


def version_of(user: accounts.User) -> str:
    """Return a short digest that changes with the password and does not reveal it."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16] if user.password_hash else ""


def read() -> dict[str, list[str]]:
    """Return the content of the cookie, by user id; empty if it is forged or expired."""
    try:
        known = signer().loads(request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds()))
    except BadData:
        return {}
    return dict(known)


def signer() -> URLSafeTimedSerializer:
    """Return the signer of the cookie. Its signatures are valid for this purpose only."""
    assert current_app.secret_key is not None
    return URLSafeTimedSerializer(current_app.secret_key, salt="known browsers")

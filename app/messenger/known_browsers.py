"""Browsers in which an account's owner has signed in before. A cookie says so; it lets nobody in by itself.

Strangers who guess use up what strangers may try. The owner does not stand in that line: a browser that is
known has attempts of its own.
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
    """Give this browser the cookie, since its user has just signed in. It still knows the others."""
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
    """What this browser's own attempts are counted under; None when it is a stranger to the account."""
    number, version = read().get(str(user.id), ("", "")) if user is not None else ("", "")
    # A new password makes strangers of all browsers: somebody may have copied a cookie.
    return f"{user.id}:{number}" if user is not None and version and version == version_of(user) else None


def version_of(user: accounts.User) -> str:
    """What changes with the password, and tells nothing of it."""
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16] if user.password_hash else ""


def read() -> dict[str, list[str]]:
    """What the cookie holds, by user; nothing when it is not ours, or too old."""
    try:
        known = signer().loads(request.cookies.get(COOKIE, ""), max_age=int(LASTS.total_seconds()))
    except BadData:
        return {}
    return dict(known)


def signer() -> URLSafeTimedSerializer:
    """Signs with the key of this installation, for this purpose alone."""
    assert current_app.secret_key is not None
    return URLSafeTimedSerializer(current_app.secret_key, salt="known browsers")

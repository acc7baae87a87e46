"""Sessions: in which browsers a user is signed in. A cookie can be copied; a session can be ended."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from ..db import db
from ..times import now
from .models import User, UserSession

LASTS = timedelta(days=60)

# Runs for each page and each join.
OF_SESSION = (
    select(User)
    .join(UserSession, UserSession.user_id == User.id)
    .where(UserSession.token_digest == bindparam("digest"), UserSession.created_at > bindparam("begun_after"))
)


@db.writes
def start_session(session: Session, user_id: int, instead_of: str | None = None) -> str:
    """Store a new session. Returns its token, which cannot be guessed and is not stored.

    Args:
        user_id: the id of the user who signs in.
        instead_of: the token of an earlier session, which is ended.
    """
    token = secrets.token_urlsafe(32)
    session.execute(delete(UserSession).where(UserSession.created_at <= now() - LASTS))
    end_session.within(session, instead_of)
    session.add(UserSession(user_id=user_id, token_digest=digest(token)))
    return token


@db.reads
def find_user_by_token(session: Session, token: str | None) -> User | None:
    """Return the user of the session with this token; None if there is no such session, or it has expired."""
    if token is None:
        return None
    return session.scalar(OF_SESSION, {"digest": digest(token), "begun_after": now() - LASTS})


@db.writes
def end_session(session: Session, token: str | None) -> None:
    """End the session with this token."""
    if token is not None:
        session.execute(delete(UserSession).where(UserSession.token_digest == digest(token)))


@db.writes
def end_sessions(session: Session, user_id: int) -> None:
    """End all sessions of a user, in every browser."""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def digest(token: str) -> str:
    """Return the digest of a token, which is stored instead of it: nobody can sign in with a digest."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

"""Sessions: in which browsers a user is signed in. A cookie can be copied; a session can be ended."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from ..db import db
from ..times import now
from .models import User, UserSession

LASTS = timedelta(days=60)

# Asked for each page and each join.
OF_SESSION = (
    select(User)
    .join(UserSession, UserSession.user_id == User.id)
    .where(UserSession.token_digest == bindparam("digest"), UserSession.created_at > bindparam("begun_after"))
)


@db.writes
def start_session(session: Session, user_id: int, instead_of: str | None = None) -> str:
    """Store a new session. Returns its token, which nobody can guess, and which is stored nowhere.

    Args:
        user_id: whose.
        instead_of: the token of a session that ends with that.
    """
    token = secrets.token_urlsafe(32)
    session.execute(delete(UserSession).where(UserSession.created_at <= now() - LASTS))
    end_session.within(session, instead_of)
    session.add(UserSession(user_id=user_id, token_digest=digest(token)))
    return token


@db.reads
def find_user_by_token(session: Session, token: str | None) -> User | None:
    """The user whose session this is; None when there is no such session, or no more."""
    if token is None:
        return None
    return session.scalar(OF_SESSION, {"digest": digest(token), "begun_after": now() - LASTS})


@db.writes
def end_session(session: Session, token: str | None) -> None:
    """End one session."""
    if token is not None:
        session.execute(delete(UserSession).where(UserSession.token_digest == digest(token)))


@db.reads
def sessions_of(session: Session, user_id: int) -> Sequence[UserSession]:
    """Where a user is signed in, the newest first."""
    query = select(UserSession).where(UserSession.user_id == user_id).order_by(UserSession.id.desc())
    return session.scalars(query).all()


@db.writes
def end_session_of(session: Session, user_id: int, session_id: int) -> None:
    """End one session, if it is this user's."""
    mine = (UserSession.id == session_id) & (UserSession.user_id == user_id)
    session.execute(delete(UserSession).where(mine))


@db.writes
def end_sessions(session: Session, user_id: int) -> None:
    """End all sessions of a user, in whatever browser."""
    session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def digest(token: str) -> str:
    """What is stored of a token: who reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

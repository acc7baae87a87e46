"""Sessions: in which browsers a user is signed in. A cookie can be copied; a session can be ended."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from ..db import db
from ..times import now
from .models import User, UserSession

LASTS = timedelta(days=60)


async def start_session(user_id: int) -> str:
    """Store a new session. Returns its token, which nobody can guess, and which is stored nowhere."""
    token = secrets.token_urlsafe(32)
    async with db.transaction() as session:
        await session.execute(delete(UserSession).where(UserSession.created_at <= now() - LASTS))
        session.add(UserSession(user_id=user_id, token_digest=digest(token)))
    return token


async def find_user_by_token(token: str | None) -> User | None:
    """The user whose session this is; None when there is no such session, or no more."""
    if token is None:
        return None
    query = (
        select(User)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.token_digest == digest(token), UserSession.created_at > now() - LASTS)
    )
    async with db.session() as session:
        return await session.scalar(query)


async def end_session(token: str | None) -> None:
    """End one session."""
    if token is not None:
        async with db.transaction() as session:
            await session.execute(delete(UserSession).where(UserSession.token_digest == digest(token)))


async def sessions_of(user_id: int) -> Sequence[UserSession]:
    """Where a user is signed in, the newest first."""
    query = select(UserSession).where(UserSession.user_id == user_id).order_by(UserSession.id.desc())
    async with db.session() as session:
        return (await session.scalars(query)).all()


async def end_session_of(user_id: int, session_id: int) -> None:
    """End one session, if it is this user's."""
    mine = (UserSession.id == session_id) & (UserSession.user_id == user_id)
    async with db.transaction() as session:
        await session.execute(delete(UserSession).where(mine))


async def end_sessions(user_id: int) -> None:
    """End all sessions of a user, in whatever browser."""
    async with db.transaction() as session:
        await session.execute(delete(UserSession).where(UserSession.user_id == user_id))


def digest(token: str) -> str:
    """What is stored of a token: who reads the database cannot sign in with it."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()

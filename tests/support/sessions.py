"""Database sessions of a test itself, beside those of the contexts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from messenger.db import db


@asynccontextmanager
async def a_session() -> AsyncIterator[AsyncSession]:
    """Open a session for reading and writing, which is committed when the block ends."""
    async with AsyncSession(db.engine, expire_on_commit=False) as session, session.begin():
        yield session

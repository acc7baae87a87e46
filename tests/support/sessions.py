"""The test's own hand in the database, beside what the contexts do there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from messenger.db import db


@asynccontextmanager
async def a_session() -> AsyncIterator[AsyncSession]:
    """A session for reading and writing. What was written is stored at its end."""
    async with AsyncSession(db.engine, expire_on_commit=False) as session, session.begin():
        yield session

"""A database for the tests of contexts.

Each test has a SQLite database of its own. With PARLEY_TEST_DATABASE_URL they run on that one, an empty
database on PostgreSQL for example, and leave it empty.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from messenger.db import Base, db
from messenger.migrations import migrate


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[None]:
    """The newest tables, with nothing in them."""
    db.connect(os.environ.get("PARLEY_TEST_DATABASE_URL") or f"sqlite:///{(tmp_path / 'test.db').as_posix()}")
    await migrate()
    yield
    async with db.engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.execute(text("DROP TABLE alembic_version"))
    await db.disconnect()

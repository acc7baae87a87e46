"""The database: one engine, and the sessions that the contexts borrow from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, MetaData, event, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from .errors import broken_rule

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

# The largest number an INTEGER column holds in PostgreSQL. A greater id from a URL cannot name a row.
LARGEST_ID = 2**31 - 1


class Base(DeclarativeBase):
    """What every model inherits: one catalogue of tables, in which each constraint gets a name."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Database:
    """Sessions for the contexts. `connect` decides, once, which database they reach."""

    engine: AsyncEngine

    def connect(self, url: str) -> None:
        """Use the database at `url`, for example `sqlite:///parley.db`. Opens nothing yet."""
        self.engine = create_async_engine(with_async_driver(url))
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
        # The pages keep using a record after its session has ended, so a commit must not expire it.
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    async def disconnect(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    def session(self) -> AsyncSession:
        """A session for reading: `async with db.session() as session`."""
        return self._sessions()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session for writing. Everything is stored at the end, or nothing. Raises Invalid."""
        try:
            async with self._sessions.begin() as session:
                yield session
        except IntegrityError as error:
            raise broken_rule(Base.metadata, error) from error


def with_async_driver(url: str) -> URL:
    """The URL with a driver that does not block the event loop."""
    parsed = make_url(url)
    return parsed.set(drivername=ASYNC_DRIVERS.get(parsed.drivername, parsed.drivername))


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Watch over foreign keys, which SQLite does not by itself, and let readers go on during a write."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


db = Database()

"""The database: one engine, and the sessions that the contexts borrow from it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import URL, Connection, ExceptionContext, MetaData, event, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from .errors import broken_rule, unavailable_if_down

ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

# The largest number an INTEGER column holds in PostgreSQL. A greater id from a URL cannot name a row.
LARGEST_ID = 2**31 - 1

# Seconds that a writer waits for another process that is writing. SQLite lets one write at a time.
PATIENCE = 5.0

# What `Database.together` has begun, and the task it is for: its children have transactions of their own.
begun: ContextVar[tuple[asyncio.Task[Any] | None, AsyncConnection] | None]
begun = ContextVar("begun", default=None)


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

    def connect(self, url: str, patience: float = PATIENCE) -> None:
        """Use the database at `url`, for example `sqlite:///parley.db`. Opens nothing yet.

        Args:
            url: where it is.
            patience: seconds to wait for SQLite while another process writes.
        """
        address = with_async_driver(url)
        is_sqlite = address.get_backend_name() == "sqlite"
        self.engine = create_async_engine(address, connect_args={"timeout": patience} if is_sqlite else {})
        if is_sqlite:
            event.listen(self.engine.sync_engine, "connect", prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", begin_sqlite)
            event.listen(self.engine.sync_engine, "handle_error", leave_broken_sqlite)
        self._for_writing = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        # The pages keep using a record after its session has ended, so a commit must not expire it.
        self._sessions = async_sessionmaker(expire_on_commit=False)

    async def disconnect(self) -> None:
        """Close all connections."""
        await self.engine.dispose()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """A session for reading: `async with db.session() as session`. Raises Unavailable."""
        with unavailable_if_down():
            async with self._open(self.engine) as session:
                yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session for writing. Everything is stored at the end, or nothing. Raises Invalid, Unavailable."""
        try:
            with unavailable_if_down():
                async with self._open(self._for_writing) as session, session.begin():
                    yield session
        except IntegrityError as error:
            raise broken_rule(Base.metadata, error) from error

    @asynccontextmanager
    async def together(self) -> AsyncIterator[AsyncConnection]:
        """Make one of several transactions: all that is written in here is stored at the end, or nothing."""
        with unavailable_if_down():
            connection = joined()
            if connection is not None:
                async with connection.begin_nested():
                    yield connection
                return
            async with self._for_writing.begin() as connection:
                token = begun.set((asyncio.current_task(), connection))
                try:
                    yield connection
                finally:
                    begun.reset(token)

    def _open(self, engine: AsyncEngine) -> AsyncSession:
        connection = joined()
        if connection is None:
            return self._sessions(bind=engine)
        return self._sessions(bind=connection, join_transaction_mode="create_savepoint")


def joined() -> AsyncConnection | None:
    """The connection of the `together` that this task is in, if it is in one."""
    task, connection = begun.get() or (None, None)
    return connection if task is asyncio.current_task() else None


def with_async_driver(url: str) -> URL:
    """The URL with a driver that does not block the event loop."""
    parsed = make_url(url)
    return parsed.set(drivername=ASYNC_DRIVERS.get(parsed.drivername, parsed.drivername))


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Watch over foreign keys, which SQLite does not by itself, and let readers go on during a write."""
    # The driver begins transactions when it thinks fit, and none for tables. We say when: `begin_sqlite`.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Begin. Who is going to write says so at once: then SQLite lets them wait for their turn."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def leave_broken_sqlite(context: ExceptionContext) -> None:
    """Give up a connection that has met a full disk or a file it may not write: it would not recover."""
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
        if context.connection is not None:
            # It is closed at leisure, and shall lock nobody out until then.
            context.connection.connection.rollback()
        context.is_disconnect = True


db = Database()

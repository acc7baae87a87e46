"""The stores of the records: a SQLite file, or a PostgreSQL server. Both run work in sessions."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic
from typing import Any, Protocol, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session

T = TypeVar("T")
Work: TypeAlias = Callable[[Session], T]

# SQLite allows one write at a time. More reading threads than this would only wait for Python.
READERS = 2

# Seconds after which a computing thread lets others run. The computing thread is the event loop. With
# Python's default of 5 milliseconds, a transaction of six statements would wait for it six times as long.
SWITCH = 0.0005

# Seconds between two looks at the clock while another process writes.
STEP = 0.05


class Store(Protocol):
    """The interface of a store. Work is done as a whole or not at all, even if its caller is cancelled."""

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads."""

    async def write(self, work: Work[T]) -> T:
        """Run work that may write, and commit it."""

    async def close(self) -> None:
        """Finish the work that has begun, and close all connections."""


class SQLite:
    """A SQLite file. One thread writes, in the order of the calls; other threads read meanwhile.

    Args:
        url: the address of the file.
        patience: seconds to wait while another process writes.
    """

    def __init__(self, url: URL, patience: float) -> None:
        self.patience = patience
        blocking = url.set(drivername="sqlite")
        self.engine = create_engine(blocking, connect_args={"timeout": min(patience, STEP)})
        prepare_engine(self.engine)
        self._for_writing = self.engine.execution_options(begin="BEGIN IMMEDIATE")
        self._begin()
        sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH))

    def _begin(self) -> None:
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(READERS, "reader")

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads, in one of the reading threads."""
        return await self._do(self._readers, partial(reading, self.engine, work))

    async def write(self, work: Work[T]) -> T:
        """Run work that may write, in the writing thread."""
        return await self._do(self._writer, partial(writing, self._for_writing, work))

    async def _do(self, threads: ThreadPoolExecutor, what: Callable[[], T]) -> T:
        # The time in the queue counts.
        deadline = monotonic() + self.patience
        return await asyncio.shield(
            asyncio.get_running_loop().run_in_executor(threads, patiently, what, deadline)
        )

    async def close(self) -> None:
        """Finish the work that has begun, and close all connections."""
        threads = self._writer, self._readers
        self._begin()
        for each in threads:
            await asyncio.get_running_loop().run_in_executor(None, each.shutdown)
        self.engine.dispose()


def reading(engine: Engine, work: Work[T]) -> T:
    """Run the work in a session that stores nothing."""
    with Session(engine) as session:
        return work(session)


def writing(engine: Engine, work: Work[T]) -> T:
    """Run the work in a session, and commit at its end what it has written."""
    # The pages use a record after its session has ended, so a commit must not expire it.
    with Session(engine, expire_on_commit=False) as session, session.begin():
        return work(session)


def part_of(connection: Connection, work: Work[T]) -> T:
    """Run the work in a transaction that the caller has begun and will end."""
    with Session(connection, expire_on_commit=False) as session:
        done = work(session)
        session.flush()
        return done


def patiently(what: Callable[[], T], deadline: float) -> T:
    """Run the work, and run it again while another process writes, until the deadline."""
    while True:
        try:
            return what()
        except OperationalError as error:
            if not is_busy(error) or monotonic() >= deadline:
                raise


def is_busy(error: OperationalError) -> bool:
    """Return whether another process holds the lock."""
    return getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")


def prepare_engine(engine: Engine) -> None:
    """Register the listeners that every connection to SQLite needs."""
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", begin_sqlite)
    event.listen(engine, "handle_error", leave_broken_sqlite)


def prepare_sqlite(connection: Any, _record: object) -> None:
    """Switch on foreign keys, which are off by default, and a journal that allows reading during a write."""
    # By default the driver decides when a transaction begins, and begins none for tables. Here we decide.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.close()


def begin_sqlite(connection: Connection) -> None:
    """Begin a transaction. A writer asks for the lock at once, so that SQLite can let it wait."""
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


def leave_broken_sqlite(context: ExceptionContext) -> None:
    """Drop a connection after a full disk or a file that cannot be written: it would not recover."""
    name = getattr(context.original_exception, "sqlite_errorname", "")
    if name.startswith(("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")):
        if context.connection is not None:
            # The connection is closed some time later, and must not hold a lock until then.
            context.connection.connection.rollback()
        context.is_disconnect = True


class Server:
    """A database server. It takes many writes at once, and no thread has to wait for its answers."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._running: set[asyncio.Task[Any]] = set()

    async def read(self, work: Work[T]) -> T:
        """Run work that only reads."""
        async with AsyncSession(self.engine) as session:
            return await session.run_sync(work)

    async def write(self, work: Work[T]) -> T:
        """Run work that may write, as a task that a cancelled caller does not stop."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._write(work, answer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(answer)

    async def _write(self, work: Work[T], answer: asyncio.Future[T]) -> None:
        try:
            async with self.engine.connect() as connection, connection.begin() as transaction:
                done = await connection.run_sync(part_of, work)
                await transaction.commit()
                # The answers come in the order of the commits, however long it takes to return a connection.
                answer.set_result(done)
        except BaseException as error:
            if answer.done():
                raise
            answer.set_exception(error)

    async def close(self) -> None:
        """Wait for the writes that have begun."""
        await asyncio.gather(*self._running, return_exceptions=True)

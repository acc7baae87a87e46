"""The database. The contexts give it functions of a session, and it decides when each one runs."""

from collections.abc import Callable, Coroutine
from functools import update_wrapper
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy import URL, MetaData, make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Session

from .errors import broken_rule, unavailable_if_down
from .stores import Server, SQLite, Store, Work, prepare_engine

P = ParamSpec("P")
T = TypeVar("T")

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}

# The largest number of an INTEGER column in PostgreSQL. No row has a greater id.
LARGEST_ID = 2**31 - 1

# Seconds that a writer waits while another process writes. SQLite allows one write at a time.
PATIENCE = 5.0


class Base(DeclarativeBase):
    """The base class of all models: one catalogue of tables, in which each constraint gets a name."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )


class Act(Generic[P, T]):
    """An act: an operation on the database that is done as a whole or not at all.

    It is written as a function of a session, and called without it: `await create_user("Alice")`.

    Attributes:
        within: the function itself, for use inside another act, with the session of that one.
    """

    def __init__(
        self,
        run: Callable[[Work[T]], Coroutine[Any, Any, T]],
        function: Callable[Concatenate[Session, P], T],
    ) -> None:
        self.within = function
        self._run = run
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        """Run the act in a session of its own.

        Raises:
            Unavailable: the database cannot be reached.
            Invalid: a rule refuses what was written.
        """
        return self._run(lambda session: self.within(session, *args, **kwargs))


class Database:
    """The door to the database. `connect` decides, once, which database it opens.

    Attributes:
        engine: the asynchronous engine, for libraries with async code of their own.
    """

    engine: AsyncEngine

    def connect(self, url: str, patience: float = PATIENCE) -> None:
        """Use the database at `url`, for example `sqlite:///parley.db`. Opens nothing yet.

        Args:
            url: the address of the database.
            patience: seconds to wait for SQLite while another process writes.
        """
        address = make_url(url)
        is_sqlite = address.get_backend_name() == "sqlite"
        self.engine = create_async_engine(
            with_async_driver(address), connect_args={"timeout": patience} if is_sqlite else {}
        )
        if is_sqlite:
            prepare_engine(self.engine.sync_engine)
        self.store: Store = SQLite(address, patience) if is_sqlite else Server(self.engine)

    async def disconnect(self) -> None:
        """Finish all acts that have begun, and close all connections."""
        await self.store.close()
        await self.engine.dispose()

    def reads(self, function: Callable[Concatenate[Session, P], T]) -> Act[P, T]:
        """Decorate a function of a session that only reads."""
        return Act(self.read, function)

    def writes(self, function: Callable[Concatenate[Session, P], T]) -> Act[P, T]:
        """Decorate a function of a session that writes. What it writes is stored when it returns."""
        return Act(self.write, function)

    async def read(self, work: Work[T]) -> T:
        """Call `work` with a session for reading.

        Raises:
            Unavailable: the database cannot be reached.
        """
        with unavailable_if_down():
            return await self.store.read(work)

    async def write(self, work: Work[T]) -> T:
        """Call `work` with a session for writing. All of it is stored, or nothing.

        Raises:
            Unavailable: the database cannot be reached.
            Invalid: a rule refuses what was written.
        """
        try:
            with unavailable_if_down():
                return await self.store.write(work)
        except IntegrityError as error:
            raise broken_rule(Base.metadata, error) from error


def with_async_driver(address: URL) -> URL:
    """Return the URL with a driver that does not block the event loop."""
    return address.set(drivername=DRIVERS.get(address.drivername, address.drivername))


db = Database()

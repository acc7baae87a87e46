"""The database: what the contexts do in it are functions of a session, and it says when each one runs."""

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

# The largest number an INTEGER column holds in PostgreSQL. A greater id from a URL cannot name a row.
LARGEST_ID = 2**31 - 1

# Seconds that a writer waits for another process that is writing. SQLite lets one write at a time.
PATIENCE = 5.0


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


class Act(Generic[P, T]):
    """Something that is done in the database as a whole, or not at all.

    It is written as a function of a session, and called without it: `await create_user("Alice")`.

    Attributes:
        within: the function itself, for a part of another act. It is given that one's session.
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
        """Do it, in a session of its own. Raises Unavailable; what writes, also Invalid."""
        return self._run(lambda session: self.within(session, *args, **kwargs))


class Database:
    """Does what the contexts ask for. `connect` decides, once, which database it reaches.

    Attributes:
        engine: for those who bring their own async code.
    """

    engine: AsyncEngine

    def connect(self, url: str, patience: float = PATIENCE) -> None:
        """Use the database at `url`, for example `sqlite:///parley.db`. Opens nothing yet.

        Args:
            url: where it is.
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
        """Finish what was asked for, and close all connections."""
        await self.store.close()
        await self.engine.dispose()

    def reads(self, function: Callable[Concatenate[Session, P], T]) -> Act[P, T]:
        """A decorator for a function of a session that only reads."""
        return Act(self.read, function)

    def writes(self, function: Callable[Concatenate[Session, P], T]) -> Act[P, T]:
        """A decorator for a function of a session that writes. What it has written is stored at its end."""
        return Act(self.write, function)

    async def read(self, work: Work[T]) -> T:
        """Call it with a session for reading. Raises Unavailable."""
        with unavailable_if_down():
            return await self.store.read(work)

    async def write(self, work: Work[T]) -> T:
        """Call it with a session for writing. All is stored, or nothing. Raises Invalid, Unavailable."""
        try:
            with unavailable_if_down():
                return await self.store.write(work)
        except IntegrityError as error:
            raise broken_rule(Base.metadata, error) from error


def with_async_driver(address: URL) -> URL:
    """The URL with a driver that does not block the event loop."""
    return address.set(drivername=DRIVERS.get(address.drivername, address.drivername))


db = Database()

"""The stash in a database, through SQLAlchemy's asyncio.

    engine = create_async_engine("sqlite+aiosqlite:///app.db")
    store = SQLAlchemyStash(engine)
    await store.create_table()              # once; or by a migration, see `stash_table`
    live.stash.add("db", store)

An app that has sessions of its own (with SQLite, say, in one thread that writes) can make the store use them:
`SQLAlchemyStash(engine, read=db.read, write=db.write)`.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Protocol, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Session

_LENGTH = 200

T = TypeVar("T")


class Run(Protocol):
    """A function of the app that calls another one with a session, and commits at its end."""

    def __call__(self, work: Callable[[Session], T], /) -> Awaitable[T]: ...


def stash_table(metadata: MetaData, name: str = "live_stash") -> Table:
    """Return the table. Use the app's own metadata, and Alembic's autogenerate makes its migration.

    Args:
        metadata: the app's metadata, for example ``Base.metadata``.
        name: the table's name.
    """
    if name in metadata.tables:
        return metadata.tables[name]
    return Table(
        name,
        metadata,
        Column("owner", String(_LENGTH), primary_key=True),
        Column("view", String(_LENGTH), primary_key=True),
        Column("name", String(_LENGTH), primary_key=True),
        Column("seal", Text, nullable=False),
        Column("expires_at", BigInteger, nullable=False, index=True),
    )


class SQLAlchemyStash:
    """A store in a database table.

    Args:
        engine: the app's engine.
        table: a table made by `stash_table`; by default one of its own, named ``live_stash``.
        now: a function that returns the seconds since 1970; for tests.
        read: the app's function for reading; by default a connection of the engine is used.
        write: the app's function for writing; by default a connection of the engine is used.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        table: Table | None = None,
        now: Callable[[], float] = time.time,
        *,
        read: Run | None = None,
        write: Run | None = None,
    ) -> None:
        self._engine = engine
        self._for_reading, self._for_writing = read, write
        self.table = stash_table(MetaData()) if table is None else table
        self._now = now

    async def create_table(self) -> None:
        """Create the table unless it is there. For apps without migrations, and for tests."""
        await self._run(self._for_writing, partial(self.table.metadata.create_all, tables=[self.table]))

    async def purge(self) -> int:
        """Delete values that are too old; call it now and then. Return how many were deleted."""
        old = delete(self.table).where(self.table.c.expires_at <= self._now())
        return await self._run(self._for_writing, lambda connection: connection.execute(old).rowcount)

    async def read(self, owner: str, view: str) -> dict[str, str]:
        """Return the seals by name; see `StashStore.read`."""
        columns = self.table.c
        query = select(columns.name, columns.seal).where(
            columns.owner == owner, columns.view == view, columns.expires_at > self._now()
        )
        rows = await self._run(self._for_reading, lambda connection: connection.execute(query).all())
        return {row.name: row.seal for row in rows}

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """Write and delete seals; see `StashStore.write`.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: if the database refuses the second attempt, too.
        """
        work = partial(
            self._write, owner=owner, view=view, changes=changes, expires_at=int(self._now() + max_age)
        )
        for attempt in (
            1,
            2,
        ):  # of two tabs that insert the same row one fails, and then finds it
            try:
                await self._run(self._for_writing, work)
                return
            except IntegrityError:
                if attempt == 2:
                    raise

    async def forget(self, owner: str) -> None:
        """Delete all seals of ``owner``; see `StashStore.forget`."""
        theirs = delete(self.table).where(self.table.c.owner == owner)
        await self._run(self._for_writing, lambda connection: connection.execute(theirs))

    async def _run(self, run: Run | None, work: Callable[[Connection], T]) -> T:
        if run is not None:
            return await run(lambda session: work(session.connection()))
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    def _write(
        self,
        connection: Connection,
        owner: str,
        view: str,
        changes: Mapping[str, str | None],
        expires_at: int,
    ) -> None:
        columns = self.table.c
        for name, seal in sorted(changes.items()):  # in one order, so that two writers do not lock each other
            here = (columns.owner == owner, columns.view == view, columns.name == name)
            if seal is None:
                connection.execute(delete(self.table).where(*here))
                continue
            values = {"seal": seal, "expires_at": expires_at}
            done = connection.execute(update(self.table).where(*here).values(values))
            if not done.rowcount:
                row = {"owner": owner, "view": view, "name": name, **values}
                connection.execute(insert(self.table).values(row))

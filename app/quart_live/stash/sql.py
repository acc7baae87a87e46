"""The stash in a database, through SQLAlchemy's asyncio.

engine = create_async_engine("sqlite+aiosqlite:///app.db")
store = SQLAlchemyStash(engine)
await store.create_table()              # once; or by a migration, see `stash_table`
live.stash.add("db", store)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LENGTH = 200


def stash_table(metadata: MetaData, name: str = "live_stash") -> Table:
    """The table. Add it to the app's own metadata, and Alembic's autogenerate makes its migration.

    Args:
        metadata: the app's, for example ``Base.metadata``.
        name: of the table.
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
    """Keeps values in a table.

    Args:
        engine: the app's.
        table: from `stash_table`; by default one of its own, named ``live_stash``.
        now: seconds since 1970; for tests.
    """

    def __init__(
        self, engine: AsyncEngine, table: Table | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self._engine = engine
        self.table = stash_table(MetaData()) if table is None else table
        self._now = now

    async def create_table(self) -> None:
        """Create the table unless it is there. For apps without migrations, and tests."""
        async with self._engine.begin() as connection:
            await connection.run_sync(self.table.metadata.create_all, tables=[self.table])

    async def purge(self) -> int:
        """Delete what has become too old; call it now and then. Returns how many values that were."""
        async with self._engine.begin() as connection:
            done = await connection.execute(delete(self.table).where(self.table.c.expires_at <= self._now()))
        return int(done.rowcount)

    async def read(self, owner: str, view: str) -> dict[str, str]:
        """See `StashStore.read`."""
        columns = self.table.c
        query = select(columns.name, columns.seal).where(
            columns.owner == owner, columns.view == view, columns.expires_at > self._now()
        )
        async with self._engine.connect() as connection:
            rows = await connection.execute(query)
        return {row.name: row.seal for row in rows}

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """See `StashStore.write`."""
        for attempt in (1, 2):  # when two tabs insert the same row, one of them fails and then finds it
            try:
                async with self._engine.begin() as connection:
                    await self._write(connection, owner, view, changes, int(self._now() + max_age))
                return
            except IntegrityError:
                if attempt == 2:
                    raise

    async def forget(self, owner: str) -> None:
        """See `StashStore.forget`."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(self.table).where(self.table.c.owner == owner))

    async def _write(
        self,
        connection: AsyncConnection,
        owner: str,
        view: str,
        changes: Mapping[str, str | None],
        expires_at: int,
    ) -> None:
        columns = self.table.c
        for name, seal in sorted(changes.items()):  # in one order, so that two writers do not lock each other
            here = (columns.owner == owner, columns.view == view, columns.name == name)
            if seal is None:
                await connection.execute(delete(self.table).where(*here))
                continue
            values = {"seal": seal, "expires_at": expires_at}
            done = await connection.execute(update(self.table).where(*here).values(values))
            if not done.rowcount:
                row = {"owner": owner, "view": view, "name": name, **values}
                await connection.execute(insert(self.table).values(row))

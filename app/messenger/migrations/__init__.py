"""The history of the tables, as Alembic migrations. They live in the package, so they travel with it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select

from ..db import db

# A number that everybody knows who prepares this database.
TURN = 20_260_101


async def migrate() -> tuple[str | None, str | None]:
    """Bring the database to the newest revision, or leave it as it was. Returns both revisions."""
    async with db.together() as connection:
        return await connection.run_sync(upgrade)


def upgrade(connection: Connection) -> tuple[str | None, str | None]:
    """The same for one connection. Alembic knows no async, so it runs inside `run_sync`."""
    if connection.dialect.name == "postgresql":
        # SQLite lets one process write at a time. Here those who come second wait for this.
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))
    context = MigrationContext.configure(connection)
    before = context.get_current_revision()
    command.upgrade(configuration(connection), "head")
    return before, context.get_current_revision()


def configuration(connection: Connection) -> Config:
    """What an alembic.ini would say."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

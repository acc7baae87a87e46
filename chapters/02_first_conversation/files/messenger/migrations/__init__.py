"""The history of the tables, as Alembic migrations. They live in the package, so they travel with it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from ..db import db


async def migrate() -> tuple[str | None, str | None]:
    """Bring the database to the newest revision. Returns the revisions before and after."""
    async with db.engine.begin() as connection:
        return await connection.run_sync(upgrade)


def upgrade(connection: Connection) -> tuple[str | None, str | None]:
    """The same for one connection. Alembic knows no async, so it runs inside `run_sync`."""
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

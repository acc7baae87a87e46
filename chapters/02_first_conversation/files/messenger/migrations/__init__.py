"""The history of the tables, as Alembic migrations. They live in the package, so they travel with it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from ..db import db

# A number that everybody knows who prepares this database.
TURN = 20_260_101


@db.writes
def migrate(session: Session) -> tuple[str | None, str | None]:
    """Bring the database to the newest revision, or leave it as it was. Returns both revisions."""
    connection = session.connection()
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

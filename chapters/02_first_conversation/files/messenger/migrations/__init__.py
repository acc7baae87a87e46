"""The history of the tables, as Alembic migrations. They live in the package, so they travel with it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from ..db import db

# The number of a lock that all processes use when they prepare this database.
TURN = 20_260_101


@db.writes
def migrate(session: Session) -> tuple[str | None, str | None]:
    """Migrate the database to the newest revision, or leave it as it was. Returns both revisions."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # SQLite allows one writing process at a time. In PostgreSQL this lock makes the others wait.
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))
    context = MigrationContext.configure(connection)
    before = context.get_current_revision()
    command.upgrade(configuration(connection), "head")
    return before, context.get_current_revision()


def configuration(connection: Connection) -> Config:
    """Return the configuration that otherwise stands in an alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config

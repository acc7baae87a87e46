"""Prepare the database: `python -m messenger.prepare`. Running it again changes nothing."""

import asyncio
import sys

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .config import database_url, switched_on
from .db import db
from .errors import Unavailable
from .migrations import migrate
from .seeds import seed

# Seconds to wait for another process that prepares the same database.
PATIENCE = 60.0

HALF_MADE = """The tables are incomplete: an older Parley was stopped while it prepared them.
Move the database away, or restore a copy of it, and start again."""


async def prepare() -> None:
    """Migrate the database to the newest tables, seed it, and print what was done."""
    db.connect(database_url(), PATIENCE)
    try:
        click.echo(f"Database: {db.engine.url.render_as_string(hide_password=True)}")
        before, after, stored = await make_ready()
    finally:
        await db.disconnect()
    if before == after:
        click.echo(f"Tables:   up to date at revision {after}.")
    else:
        click.echo(f"Tables:   migrated from revision {before or 'none'} to {after}.")
    click.echo(f"Records:  stored {stored}." if stored else "Records:  nothing added.")


@db.writes
def make_ready(session: Session) -> tuple[str | None, str | None, str | None]:
    """Migrate, and seed if there are no records yet: all of it, or nothing."""
    before, after = migrate.within(session)
    return before, after, seed.within(session) if switched_on("PARLEY_SEED", "1") else None


def main() -> None:
    """Run `prepare`, and print one sentence if the database cannot be reached."""
    try:
        asyncio.run(prepare())
    except (SQLAlchemyError, Unavailable, ModuleNotFoundError, OSError) as error:
        cause = error.__cause__ if isinstance(error, Unavailable) else error
        reason = getattr(cause, "orig", cause)
        if any(words in str(reason) for words in ("already exists", "duplicate column name")):
            sys.exit(HALF_MADE)
        sys.exit(f"The database cannot be prepared: {reason}. See PARLEY_DATABASE_URL.")


if __name__ == "__main__":
    main()

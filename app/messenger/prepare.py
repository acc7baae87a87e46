"""Makes the database ready: `python -m messenger.prepare`. Running it again changes nothing."""

import asyncio
import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from .config import database_url, switched_on
from .db import db
from .migrations import migrate
from .seeds import seed


async def prepare() -> None:
    """Migrate to the newest tables, and seed when there are no records yet."""
    db.connect(database_url())
    try:
        click.echo(f"Database: {db.engine.url.render_as_string(hide_password=True)}")
        before, after = await migrate()
        if before == after:
            click.echo(f"Tables:   up to date at revision {after}.")
        else:
            click.echo(f"Tables:   migrated from revision {before or 'none'} to {after}.")
        stored = await seed() if switched_on("PARLEY_SEED", "1") else None
        click.echo(f"Records:  stored {stored}." if stored else "Records:  nothing added.")
    finally:
        await db.disconnect()


def main() -> None:
    """Run `prepare`, and say in one sentence when the database cannot be reached."""
    try:
        asyncio.run(prepare())
    except (SQLAlchemyError, ModuleNotFoundError, OSError) as error:
        reason = getattr(error, "orig", error)
        sys.exit(f"The database cannot be prepared: {reason}. See PARLEY_DATABASE_URL.")


if __name__ == "__main__":
    main()

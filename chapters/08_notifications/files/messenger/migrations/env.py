"""Alembic runs this file for every command: it says which connection and which models to use."""

from alembic import context

from messenger.accounts import models as accounts  # noqa: F401  (fills Base.metadata)
from messenger.chat import models as chat  # noqa: F401
from messenger.db import Base
from messenger.notifications import models as notifications  # noqa: F401

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    # SQLite can hardly change a table in place. Alembic makes a new one and copies the rows.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

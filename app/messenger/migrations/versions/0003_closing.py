"""A conversation can be closed. Existing ones stay open."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # A new nullable column: both databases add it in place, without changing a row.
    op.add_column("chat_conversations", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("chat_conversations", "closed_at")

"""The browsers that take notifications while no page is open."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

DEVICES = "notifications_devices"


def upgrade() -> None:
    op.create_table(
        DEVICES,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("endpoint", sa.String(1000), nullable=False),
        sa.Column("p256dh", sa.String(100), nullable=False),
        sa.Column("auth", sa.String(30), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["accounts_sessions.id"], ondelete="CASCADE"),
        sa.UniqueConstraint("session_id"),
        sa.UniqueConstraint("endpoint"),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table(DEVICES)

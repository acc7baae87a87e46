"""Accounts: users get an email and the hash of a password; sessions, and attempts to sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

USERS = "accounts_users"


def upgrade() -> None:
    # Nullable columns are added in place: no row is moved or changed.
    op.add_column(USERS, sa.Column("email", sa.String(254), normal_email()))
    op.add_column(USERS, sa.Column("password_hash", sa.String(255), with_password()))
    op.create_index("uq_accounts_users_email", USERS, ["email"], unique=True)
    op.create_table(
        "accounts_sessions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey(f"{USERS}.id", ondelete="CASCADE"), nullable=False),
        sa.Column("token_digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("token_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_accounts_sessions_user_id", "accounts_sessions", ["user_id"])
    op.create_table(
        "accounts_attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_accounts_attempts_key_at", "accounts_attempts", ["key", "at"])


def normal_email() -> sa.CheckConstraint:
    return sa.CheckConstraint("email = lower(trim(email))", name="email_normal")


def with_password() -> sa.CheckConstraint:
    rule = "(email IS NULL) = (password_hash IS NULL)"
    return sa.CheckConstraint(rule, name="email_with_password")


def downgrade() -> None:
    op.drop_table("accounts_attempts")
    op.drop_table("accounts_sessions")
    op.drop_index("uq_accounts_users_email", USERS)
    # The constraint is dropped with its column.
    op.drop_column(USERS, "password_hash")
    op.drop_column(USERS, "email")

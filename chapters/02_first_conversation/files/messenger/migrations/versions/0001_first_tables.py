"""The first tables: users, conversations, members, messages, and who has seen them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts_users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("nickname", sa.String(40), nullable=False),
        sa.Column("nickname_folded", sa.Text, nullable=False),
        *timestamps(),
        sa.UniqueConstraint("nickname_folded"),
        sa.CheckConstraint("trim(nickname) <> ''", name="nickname_not_blank"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chat_conversations",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(200), nullable=False),
        *timestamps(),
        sa.CheckConstraint("trim(title) <> ''", name="title_not_blank"),
        sa.CheckConstraint("length(title) <= 200", name="title_not_too_long"),
        sqlite_autoincrement=True,
    )
    create_members()
    create_messages()


def create_members() -> None:
    table = "chat_conversation_members"
    op.create_table(
        table,
        sa.Column("id", sa.Integer, primary_key=True),
        reference("conversation_id", "chat_conversations.id", ondelete="CASCADE"),
        reference("user_id", "accounts_users.id"),
        sa.Column("owner", sa.Boolean, nullable=False),
        *timestamps(),
        sa.UniqueConstraint("conversation_id", "user_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{table}_user_id", table, ["user_id"])
    # A partial index: it contains owners only, and each conversation once.
    op.create_index(
        f"uq_{table}_one_owner",
        table,
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("owner"),
        postgresql_where=sa.text("owner"),
    )


def create_messages() -> None:
    op.create_table(
        "chat_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("conversation_id", "chat_conversations.id", ondelete="CASCADE"),
        reference("user_id", "accounts_users.id"),
        sa.Column("content", sa.Text, nullable=False),
        *timestamps(),
        sa.CheckConstraint("trim(content) <> ''", name="content_not_blank"),
        sa.CheckConstraint("length(content) <= 10000", name="content_not_too_long"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chat_messages_conversation_id_id", "chat_messages", ["conversation_id", "id"])
    op.create_table(
        "chat_seen_messages",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("message_id", "chat_messages.id", ondelete="CASCADE"),
        reference("user_id", "accounts_users.id"),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("message_id", "user_id"),
        sqlite_autoincrement=True,
    )


def reference(column: str, target: str, ondelete: str | None = None) -> sa.Column[int]:
    return sa.Column(column, sa.Integer, sa.ForeignKey(target, ondelete=ondelete), nullable=False)


def timestamps() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    for table in ("chat_seen_messages", "chat_messages", "chat_conversation_members"):
        op.drop_table(table)
    op.drop_table("chat_conversations")
    op.drop_table("accounts_users")

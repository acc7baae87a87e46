"""Questions of a conversation, drafts of messages, the stash of quart_live, and a search."""

import sqlalchemy as sa
from alembic import op

from messenger.text import folded

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "chat_questions",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("conversation_id", "chat_conversations.id", "CASCADE"),
        reference("user_id", "accounts_users.id"),
        sa.Column("content", sa.String(200), nullable=False),
        *timestamps(),
        sa.CheckConstraint("trim(content) <> ''", name="content_not_blank"),
        sa.CheckConstraint("length(content) <= 200", name="content_not_too_long"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chat_questions_conversation_id", "chat_questions", ["conversation_id"])
    op.create_table(
        "chat_choices",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("question_id", "chat_questions.id", "CASCADE"),
        sa.Column("content", sa.String(200), nullable=False),
        sa.UniqueConstraint("question_id", "content"),
        sa.CheckConstraint("trim(content) <> ''", name="content_not_blank"),
        sa.CheckConstraint("length(content) <= 200", name="content_not_too_long"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chat_votes",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("question_id", "chat_questions.id", "CASCADE"),
        reference("choice_id", "chat_choices.id", "CASCADE"),
        reference("user_id", "accounts_users.id"),
        *timestamps(),
        # A second vote on a question replaces the first.
        sa.UniqueConstraint("question_id", "user_id"),
        sqlite_autoincrement=True,
    )
    create_drafts()
    create_stash()
    fold_messages()


def create_drafts() -> None:
    op.create_table(
        "chat_drafts",
        sa.Column("id", sa.Integer, primary_key=True),
        reference("conversation_id", "chat_conversations.id", "CASCADE"),
        reference("user_id", "accounts_users.id", "CASCADE"),
        sa.Column("content", sa.Text, nullable=False),
        *timestamps(),
        sa.CheckConstraint("length(content) <= 20000", name="content_not_too_long"),
        sa.UniqueConstraint("conversation_id", "user_id"),
        sqlite_autoincrement=True,
    )


def create_stash() -> None:
    """Create the table of `quart_live.stash.stash_table`, with the same columns."""
    op.create_table(
        "live_stash",
        sa.Column("owner", sa.String(200), primary_key=True),
        sa.Column("view", sa.String(200), primary_key=True),
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_live_stash_expires_at", "live_stash", ["expires_at"])


def fold_messages() -> None:
    """Fold the content of the stored messages. The model folds that of new ones."""
    op.add_column("chat_messages", sa.Column("content_folded", sa.Text, nullable=False, server_default=""))
    messages = sa.table("chat_messages", sa.column("id"), sa.column("content"), sa.column("content_folded"))
    connection = op.get_bind()
    ids = connection.scalars(sa.select(messages.c.id)).all()
    # One at a time, because all of them together may not fit into the memory.
    for one in (messages.c.id == message_id for message_id in ids):
        content = connection.scalar(sa.select(messages.c.content).where(one))
        connection.execute(sa.update(messages).where(one).values(content_folded=folded(content or "")))


def reference(column: str, target: str, ondelete: str | None = None) -> sa.Column[int]:
    return sa.Column(column, sa.Integer, sa.ForeignKey(target, ondelete=ondelete), nullable=False)


def timestamps() -> list[sa.Column[object]]:
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def downgrade() -> None:
    op.drop_column("chat_messages", "content_folded")
    for table in ("live_stash", "chat_drafts", "chat_votes", "chat_choices", "chat_questions"):
        op.drop_table(table)

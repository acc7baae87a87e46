"""A conversation has the key of the form with which it was begun. Existing ones have none."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

CONVERSATIONS = "chat_conversations"


def upgrade() -> None:
    op.add_column(CONVERSATIONS, sa.Column("key", sa.Uuid, nullable=True))
    op.create_index("uq_chat_conversations_key", CONVERSATIONS, ["key"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_chat_conversations_key", CONVERSATIONS)
    op.drop_column(CONVERSATIONS, "key")

"""A message has the key that its author's browser gave it. Existing ones have none."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MESSAGES = "chat_messages"


def upgrade() -> None:
    op.add_column(MESSAGES, sa.Column("key", sa.Uuid, nullable=True))
    # Rows without a key are all different for this constraint: NULL equals nothing, not even NULL.
    columns = ["conversation_id", "user_id", "key"]
    op.create_index("uq_chat_messages_key", MESSAGES, columns, unique=True)


def downgrade() -> None:
    op.drop_index("uq_chat_messages_key", MESSAGES)
    op.drop_column(MESSAGES, "key")

"""How far each member has read. Existing messages count as read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

MEMBERS = "chat_conversation_members"

READ_ALL = """
UPDATE chat_conversation_members SET last_read_id = coalesce(
  (SELECT max(id) FROM chat_messages
   WHERE chat_messages.conversation_id = chat_conversation_members.conversation_id), 0)
"""


def upgrade() -> None:
    op.add_column(MEMBERS, sa.Column("last_read_id", sa.Integer, nullable=True))
    op.add_column(MEMBERS, sa.Column("came_after_id", sa.Integer, nullable=False, server_default="0"))
    # Without this, all old messages would be unread on the day of the migration.
    op.execute(READ_ALL)


def downgrade() -> None:
    op.drop_column(MEMBERS, "came_after_id")
    op.drop_column(MEMBERS, "last_read_id")

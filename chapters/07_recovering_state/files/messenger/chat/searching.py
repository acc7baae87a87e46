"""Finding messages by some of their words, in the conversations that somebody takes part in."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..db import db
from ..text import folded
from ..times import now
from .models import Conversation, Member, Message

MOST_FOUND = 30
LONGEST = 100

WHOSE = ("all", "mine", "others")


class Found(NamedTuple):
    """A message, and where it was written."""

    message: Message
    conversation: Conversation


async def search_messages(
    user_id: int, words: str, whose: str = "all", within: timedelta | None = None
) -> Sequence[Found]:
    """The newest messages that have all of these words in them.

    Args:
        user_id: who searches; they find what is in conversations of theirs.
        words: some words, or parts of words, in whatever case; without any nothing is found.
        whose: one of WHOSE: only what they have written, or only what others have.
        within: how old it is at most.
    """
    wanted = folded(words[:LONGEST]).split()
    if not wanted:
        return []
    query = (
        select(Message, Conversation)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .join(Member, (Member.conversation_id == Conversation.id) & (Member.user_id == user_id))
        .where(*(Message.content_folded.contains(word, autoescape=True) for word in wanted))
        .order_by(Message.id.desc())
        .limit(MOST_FOUND)
        .options(joinedload(Message.author))
    )
    if whose != "all":
        mine = Message.user_id == user_id
        query = query.where(mine if whose == "mine" else ~mine)
    if within is not None:
        query = query.where(Message.created_at > now() - within)
    async with db.session() as session:
        return [Found(*row) for row in await session.execute(query)]

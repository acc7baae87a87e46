"""What the owner of a conversation may do to it, and what each member may.

Each function is told who asks, as `by`, and looks into the database whether they may. What a page shows or
hides is a courtesy; the rule is here.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from ..accounts import find_users
from ..db import db
from ..errors import Invalid
from ..times import now
from .groups import GONE, MOST_MEMBERS, TOO_MANY_MEMBERS, checked_title
from .members import NotAMember, leaving, with_members
from .models import Conversation, Member

CLOSED = "This conversation is closed. Its owner can open it again."
NOT_A_MEMBER = "This person is not a member."
ONLY_THE_OWNER = "Only the owner can do this."
TO_GO_LEAVE = "This is yourself. To go, leave the conversation."


@asynccontextmanager
async def owned(
    conversation_id: int, by: int, *, also_closed: bool = False
) -> AsyncIterator[tuple[AsyncSession, Conversation]]:
    """A transaction on a conversation that `by` owns. Raises Invalid, and NotAMember."""
    async with locked(conversation_id, by) as (session, conversation):
        if not place_of(conversation, by).owner:
            raise Invalid({"owner": [ONLY_THE_OWNER]})
        if conversation.closed_at is not None and not also_closed:
            raise Invalid({"owner": [CLOSED]})
        yield session, conversation


@asynccontextmanager
async def locked(conversation_id: int, by: int) -> AsyncIterator[tuple[AsyncSession, Conversation]]:
    """A transaction on a conversation of a member's, which only one has at a time. Raises NotAMember."""
    async with db.transaction() as session:
        # Who has written a row makes all others wait who want to write it. So we write first, and read what
        # those before us have left.
        here = update(Conversation).where(Conversation.id == conversation_id)
        await session.execute(here.values(updated_at=now()))
        conversation = await session.get(Conversation, conversation_id, options=[with_members()])
        if conversation is None or conversation.member(by) is None:
            raise NotAMember
        yield session, conversation


async def rename_conversation(conversation_id: int, by: int, title: str) -> None:
    """Give it another title. Raises Invalid."""
    async with owned(conversation_id, by) as (_, conversation):
        conversation.title = checked_title(title)


async def close_conversation(conversation_id: int, by: int) -> None:
    """From now on nobody can write in it. Raises Invalid."""
    async with owned(conversation_id, by) as (_, conversation):
        conversation.closed_at = now()


async def reopen_conversation(conversation_id: int, by: int) -> None:
    """Take `close_conversation` back. Raises Invalid."""
    async with owned(conversation_id, by, also_closed=True) as (_, conversation):
        conversation.closed_at = None


async def invite(conversation_id: int, by: int, user_id: int) -> None:
    """Let one more person take part. Raises Invalid."""
    async with owned(conversation_id, by) as (session, conversation):
        if len(conversation.members) >= MOST_MEMBERS:
            raise Invalid({"members": [TOO_MANY_MEMBERS]})
        if not await find_users([user_id]):
            raise Invalid({"members": [GONE]})
        session.add(Member(conversation_id=conversation_id, user_id=user_id))


async def remove_member(conversation_id: int, by: int, user_id: int) -> None:
    """Let somebody take part no longer; what they wrote stays. Raises Invalid."""
    async with owned(conversation_id, by) as (session, conversation):
        if user_id == by:
            raise Invalid({"members": [TO_GO_LEAVE]})
        await session.delete(place_of(conversation, user_id))


async def hand_over(conversation_id: int, by: int, user_id: int) -> None:
    """Make another member the owner. Raises Invalid."""
    async with owned(conversation_id, by) as (session, conversation):
        await crown(session, conversation, place_of(conversation, user_id))


async def leave(conversation_id: int, by: int) -> None:
    """Take part no longer. Somebody else owns it then, and nobody left means that it ends. Raises Invalid."""
    async with locked(conversation_id, by) as (session, conversation):
        going = leaving(conversation, by)
        if going.heir is not None:
            await crown(session, conversation, going.heir)
        await session.delete(place_of(conversation, by))
        if going.ends:
            await session.flush()
            await session.execute(delete(Conversation).where(Conversation.id == conversation_id))


async def crown(session: AsyncSession, conversation: Conversation, heir: Member) -> None:
    """Make a member the owner. Two at once are against the rules, so the old one goes first."""
    for member in conversation.members:
        member.owner = False
    await session.flush()
    heir.owner = True


def place_of(conversation: Conversation, user_id: int) -> Member:
    """A member's row. Raises Invalid when there is none."""
    for member in conversation.members:
        if member.user_id == user_id:
            return member
    raise Invalid({"members": [NOT_A_MEMBER]})

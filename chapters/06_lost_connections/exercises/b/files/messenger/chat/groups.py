"""Beginning a conversation with several people: who may be in it, and what it is called."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from .. import accounts
from ..accounts import User
from ..errors import Invalid
from ..text import can_be_seen, one_line
from .conversations import conversation_with, create_conversation
from .models import Conversation

LONGEST_TITLE = 100
MOST_MEMBERS = 100

GONE = "There is no such person, or no longer."
TITLE_TOO_LONG = f"{LONGEST_TITLE} characters at most."
TOO_MANY_MEMBERS = f"{MOST_MEMBERS} members at most."


async def start_conversation(
    owner: User, member_ids: Sequence[int], title: str = "", key: UUID | None = None
) -> Conversation:
    """Store a conversation and its members, all or nothing. Raises Invalid.

    Args:
        owner: who begins it.
        member_ids: who takes part, the owner among them.
        title: how it is called; when blank, by the members' nicknames.
        key: of the form. A second time with the same key begins nothing, and returns what has begun.
    """
    title = checked_title(title)
    members = await checked_members(owner, member_ids)
    others = [user for user in members if user.id != owner.id]
    # With the owner in it, a key finds nobody else's conversation.
    own_key = uuid5(key, str(owner.id)) if key else None
    try:
        return await create_conversation(title or title_of(members), owner, others, own_key)
    except Invalid as invalid:
        if own_key is None or "key" not in invalid.errors:
            raise
        return await conversation_with(own_key)


async def checked_members(owner: User, member_ids: Sequence[int]) -> list[User]:
    """The people with these ids, in this order. Raises Invalid unless they can begin a conversation."""
    if owner.id not in member_ids:
        raise Invalid({"members": ["You are always a member of what you begin."]})
    if len(member_ids) > MOST_MEMBERS:
        raise Invalid({"members": [TOO_MANY_MEMBERS]})
    if len(set(member_ids)) < len(member_ids):
        raise Invalid({"members": ["Each person once."]})
    if len(member_ids) < 2:
        raise Invalid({"members": ["Choose at least one other person."]})
    people = {user.id: user for user in await accounts.find_users(member_ids)}
    if len(people) < len(member_ids):
        raise Invalid({"members": [GONE]})
    return [people[user_id] for user_id in member_ids]


def checked_title(title: str) -> str:
    """The title in one line, empty when nothing in it can be read. Raises Invalid when it is too long."""
    title = one_line(title)
    if len(title) > LONGEST_TITLE:
        raise Invalid({"title": [TITLE_TOO_LONG]})
    # A title that shows nothing cannot be clicked.
    return title if can_be_seen(title) else ""


def title_of(members: Sequence[User]) -> str:
    """`Alice, Bob, Carol`; what would be too long ends in a number: `Alice, Bob and 12 more`."""
    names = [user.nickname for user in members]
    title = ", ".join(names)
    shown = len(names)
    while len(title) > LONGEST_TITLE:
        shown -= 1
        title = f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return title

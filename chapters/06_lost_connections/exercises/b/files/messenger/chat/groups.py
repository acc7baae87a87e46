"""Beginning a conversation with several people: checking its members and its title."""

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

GONE = "Somebody you chose has no account any more."
TITLE_TOO_LONG = f"{LONGEST_TITLE} characters at most."
TOO_MANY_MEMBERS = f"{MOST_MEMBERS} members at most."


async def start_conversation(
    owner: User, member_ids: Sequence[int], title: str = "", key: UUID | None = None
) -> Conversation:
    """Store a conversation and its members, all or nothing.

    Args:
        owner: the user who begins it.
        member_ids: the ids of all members, with the owner's.
        title: the title; if blank, it is made of the members' nicknames.
        key: the form's key. A second call with the same key returns the conversation that exists already.

    Raises:
        Invalid: the title is too long, or `checked_members` refuses the members.
    """
    title = checked_title(title)
    members = await checked_members(owner, member_ids)
    others = [user for user in members if user.id != owner.id]
    # It includes the owner, so that a key finds no conversation of another user.
    own_key = uuid5(key, str(owner.id)) if key else None
    try:
        return await create_conversation(title or title_of(members), owner, others, own_key)
    except Invalid as invalid:
        if own_key is None or "key" not in invalid.errors:
            raise
        return await conversation_with(own_key)


async def checked_members(owner: User, member_ids: Sequence[int]) -> list[User]:
    """Return the people with these ids, in this order, if they can begin a conversation.

    Raises:
        Invalid: the owner is missing, an id comes twice or has no account, or they are too many or too few.
    """
    if owner.id not in member_ids:
        raise Invalid({"members": ["You are always a member of a conversation that you begin."]})
    if len(member_ids) > MOST_MEMBERS:
        raise Invalid({"members": [TOO_MANY_MEMBERS]})
    if len(set(member_ids)) < len(member_ids):
        raise Invalid({"members": ["Choose each person only once."]})
    if len(member_ids) < 2:
        raise Invalid({"members": ["Choose at least one other person."]})
    people = {user.id: user for user in await accounts.find_users(member_ids)}
    if len(people) < len(member_ids):
        raise Invalid({"members": [GONE]})
    return [people[user_id] for user_id in member_ids]


def checked_title(title: str) -> str:
    """Return the title in one line; empty if it shows nothing.

    Raises:
        Invalid: the title is too long.
    """
    title = one_line(title)
    if len(title) > LONGEST_TITLE:
        raise Invalid({"title": [TITLE_TOO_LONG]})
    # A title that shows nothing cannot be clicked.
    return title if can_be_seen(title) else ""


def title_of(members: Sequence[User]) -> str:
    """Return `Alice, Bob, Carol`, or `Alice, Bob and 12 more` if that would be too long."""
    names = [user.nickname for user in members]
    title = ", ".join(names)
    shown = len(names)
    while len(title) > LONGEST_TITLE:
        shown -= 1
        title = f"{', '.join(names[:shown])} and {len(names) - shown} more"
    return title

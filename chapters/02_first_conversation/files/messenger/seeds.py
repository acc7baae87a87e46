"""The first records: two people, and a conversation that has begun."""

from . import accounts, chat
from .db import db

FIRST_MESSAGES = [
    ("User One", "Good morning. Are you coming to the market on Saturday?"),
    ("User Two", "Yes, if the rain stops."),
    ("User Two", "I need tomatoes and a loaf of the dark bread."),
    ("User One", "The baker sells out by ten, so let us meet at nine."),
]


async def seed() -> str | None:
    """Fill an empty database. Returns what was stored, or None when there was something already."""
    async with db.together():
        if await chat.all_conversations():
            return None
        one = await find_or_create("User One")
        two = await find_or_create("User Two")
        conversation = await chat.create_conversation("Modern Talking", owner=one, others=[two])
        people = {user.nickname: user for user in (one, two)}
        for nickname, content in FIRST_MESSAGES:
            await chat.send_message(conversation.id, people[nickname].id, content)
    return f"User One, User Two, and their conversation Modern Talking with {len(FIRST_MESSAGES)} messages"


async def find_or_create(nickname: str) -> accounts.User:
    """Somebody may have stored this user already."""
    return await accounts.find_user_by_nickname(nickname) or await accounts.create_user(nickname)

"""The first records: two people, and a conversation that has begun."""

from sqlalchemy.orm import Session

from . import accounts, chat
from .db import db

FIRST_MESSAGES = [
    ("User One", "Good morning. Are you coming to the market on Saturday?"),
    ("User Two", "Yes, if the rain stops."),
    ("User Two", "I need tomatoes and a loaf of the dark bread."),
    ("User One", "The baker sells out by ten, so let us meet at nine."),
]


@db.writes
def seed(session: Session) -> str | None:
    """Seed an empty database. Returns what was stored, or None if there were records already."""
    if chat.all_conversations.within(session):
        return None
    one = find_or_create(session, "User One")
    two = find_or_create(session, "User Two")
    conversation = chat.create_conversation.within(session, "Modern Talking", owner=one, others=[two])
    people = {user.nickname: user for user in (one, two)}
    for nickname, content in FIRST_MESSAGES:
        chat.send_message.within(session, conversation.id, people[nickname].id, content)
    return f"User One, User Two, and their conversation Modern Talking with {len(FIRST_MESSAGES)} messages"


def find_or_create(session: Session, nickname: str) -> accounts.User:
    """Return the user with this nickname, and create it if needed."""
    found = accounts.find_user_by_nickname.within(session, nickname)
    return found or accounts.create_user.within(session, nickname)

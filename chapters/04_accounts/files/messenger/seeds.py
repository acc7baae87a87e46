"""The first records: five people who can sign in, and two conversations that have begun."""

from sqlalchemy.orm import Session

from . import accounts, chat
from .db import db

PASSWORD = "parley-demo"

EMAILS = {
    "User One": "one@example.com",
    "User Two": "two@example.com",
    "Alice": "alice@example.com",
    "Bob": "bob@example.com",
    "Carol": "carol@example.com",
}

TALK = [
    ("User One", "Good morning. Are you coming to the market on Saturday?"),
    ("User Two", "Yes, if the rain stops."),
    ("User Two", "I need tomatoes and a loaf of the dark bread."),
    ("User One", "The baker sells out by ten, so let us meet at nine."),
]

HIKE = [
    ("Alice", "The weather looks good for Saturday. Who is coming up the hill?"),
    ("Carol", "I am. My boots are dry again."),
    ("Bob", "Me too, but not before eight."),
    ("Alice", "Eight at the station then. I bring the map."),
]


@db.writes
def seed(session: Session) -> str | None:
    """Seed an empty database, or one without accounts. Returns what was stored, or None."""
    titles = {conversation.title for conversation in chat.all_conversations.within(session)}
    without = [user for user in people(session) if user.email is None]
    if titles and not without:
        return None
    if not titles:
        begin(session, "Modern Talking", TALK)
    if "Saturday hike" not in titles:
        begin(session, "Saturday hike", HIKE)
    for user in people(session):
        if user.email is None:
            accounts.let_in.within(session, user.id, EMAILS[user.nickname], PASSWORD)
    return f"people and two conversations. All passwords are {PASSWORD}, for {', '.join(EMAILS.values())}"


def people(session: Session) -> list[accounts.User]:
    """Return those of the five people who exist."""
    found = [accounts.find_user_by_nickname.within(session, nickname) for nickname in EMAILS]
    return [user for user in found if user is not None]


def begin(session: Session, title: str, messages: list[tuple[str, str]]) -> None:
    """Store a conversation with its messages. The author of the first one owns it."""
    everyone = {nickname: find_or_create(session, nickname) for nickname, _ in messages}
    owner, *others = everyone.values()
    conversation = chat.create_conversation.within(session, title, owner=owner, others=others)
    for nickname, content in messages:
        chat.send_message.within(session, conversation.id, everyone[nickname].id, content)


def find_or_create(session: Session, nickname: str) -> accounts.User:
    """Return the user with this nickname, and create it if needed."""
    found = accounts.find_user_by_nickname.within(session, nickname)
    return found or accounts.create_user.within(session, nickname)

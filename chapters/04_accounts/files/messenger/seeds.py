"""The first records: five people who can sign in, and two conversations that have begun."""

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


async def seed() -> str | None:
    """Fill an empty database, or one from before there were accounts. Returns what was stored, or None.

    The credentials come last: as long as somebody has none, there is something left to do.
    """
    async with db.together():
        if not await fill():
            return None
    return f"people and two conversations. All passwords are {PASSWORD}, for {', '.join(EMAILS.values())}"


async def fill() -> bool:
    """Store what is missing. Returns whether anything was."""
    titles = {conversation.title for conversation in await chat.all_conversations()}
    if titles and not [user for user in await people() if user.email is None]:
        return False
    if not titles:
        await begin("Modern Talking", TALK)
    if "Saturday hike" not in titles:
        await begin("Saturday hike", HIKE)
    for user in await people():
        if user.email is None:
            await accounts.change_user(user.id, email=EMAILS[user.nickname], password=PASSWORD)
    return True


async def people() -> list[accounts.User]:
    """Those of the five who are there."""
    found = [await accounts.find_user_by_nickname(nickname) for nickname in EMAILS]
    return [user for user in found if user is not None]


async def begin(title: str, messages: list[tuple[str, str]]) -> None:
    """Store a conversation. Who writes first owns it."""
    everyone = {nickname: await find_or_create(nickname) for nickname, _ in messages}
    owner, *others = everyone.values()
    conversation = await chat.create_conversation(title, owner=owner, others=others)
    for nickname, content in messages:
        await chat.send_message(conversation.id, everyone[nickname].id, content)


async def find_or_create(nickname: str) -> accounts.User:
    """Somebody may have stored this user already."""
    return await accounts.find_user_by_nickname(nickname) or await accounts.create_user(nickname)

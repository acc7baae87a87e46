"""What has happened in the messenger before its pictures are taken; runs beside the app, on its database.

`begin` adds people and conversations to the seed. `set_clocks` gives all messages fixed times, today or
yesterday, so that two pictures of the same app are equal whenever they are taken.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from messenger import accounts, chat
from messenger.config import database_url
from messenger.db import db
from messenger.seeds import PASSWORD
from messenger.times import now

HIKE = "Saturday hike"

CONVERSATIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "Book club": (
        ("Dora", "I have finished it. On the bus, with one stop to go."),
        ("Alice", "No word about the ending, please."),
        ("Dora", "Thursday at mine, then. Bring biscuits."),
    ),
    "Alice, Bob": (
        ("Alice", "You have left your umbrella here."),
        ("Bob", "Keep it until it rains."),
    ),
    "Choir": (
        ("Erik", "The hall is ours from seven."),
        ("Carol", "Altos ten minutes earlier, as ever."),
    ),
    "Allotment": (("Bob", "The first tomatoes are red!"),),
}

LAST = {HIKE: "08:04", "Book club": "07:58", "Alice, Bob": "07:31", "Choir": "07:12", "Allotment": "06:55"}
"""When the last message of each conversation came, today."""

YESTERDAY = "19:20"
"""When the messages came that were there before anybody spoke in front of the camera."""


async def begin() -> None:
    """Store people and conversations."""
    db.connect(database_url())
    for nickname in ("Dora", "Erik"):
        user = await accounts.create_user(nickname)
        # Only who can sign in is found among the people.
        await accounts.change_user(user.id, email=f"{nickname.lower()}@example.com", password=PASSWORD)
    for title, talk in reversed(CONVERSATIONS.items()):
        names = dict.fromkeys([*(name for name, _ in talk), "Alice", "Bob"])
        people = {name: await found(name) for name in names}
        owner, *others = people.values()
        conversation = await chat.create_conversation(title, owner=owner, others=others)
        for name, text in talk:
            await chat.send_message(conversation.id, people[name].id, text)
    await db.disconnect()


async def found(nickname: str) -> accounts.User:
    """Somebody who is there."""
    user = await accounts.find_user_by_nickname(nickname)
    assert user is not None
    return user


async def set_clocks(before: int) -> None:
    """Date every message.

    Args:
        before: how many messages the hike's conversation had before the camera ran.
    """
    db.connect(database_url())
    today = now().astimezone().replace(second=0, microsecond=0)
    async with AsyncSession(db.engine) as session, session.begin():
        for conversation in await chat.all_conversations():
            of_it = chat.Message.conversation_id == conversation.id
            ids = list(await session.scalars(select(chat.Message.id).where(of_it).order_by(chat.Message.id)))
            split = before if conversation.title == HIKE else 0
            last = at(today, LAST.get(conversation.title, "06:30"))
            times = spread(ids[:split], at(today - timedelta(days=1), YESTERDAY)) | spread(ids[split:], last)
            for number, time in times.items():
                row = update(chat.Message).where(chat.Message.id == number)
                await session.execute(row.values(created_at=time, updated_at=time))
    await db.disconnect()


def at(day: datetime, clock: str) -> datetime:
    """This time on this day."""
    hour, minute = clock.split(":")
    return day.replace(hour=int(hour), minute=int(minute))


def spread(ids: list[int], last: datetime) -> dict[int, datetime]:
    """A minute between two messages, up to the last."""
    return {number: last - timedelta(minutes=left) for left, number in enumerate(reversed(ids))}

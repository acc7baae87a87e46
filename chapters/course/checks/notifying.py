"""The part of a check that is about notifications: who takes them, and which were shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from course.checks.entering import Entering
from course.checks.expecting import PATIENCE
from course.lab import notifications
from course.lab.person import Person

Told = tuple[str, str]

BEGIN = """
import asyncio, json
from messenger import accounts, chat
from messenger.config import database_url
from messenger.db import db

async def main():
    db.connect(database_url())
    owner, *others = [await accounts.find_user_by_nickname(name) for name in {names}]
    made = await chat.create_conversation({title!r}, owner=owner, others=others)
    await db.disconnect()
    return made.id

print(json.dumps(asyncio.run(main())))
"""


class Notifying(Entering):
    """What a `CheckContext` can do with notifications, from chapter 8 on."""

    async def person(self, name: str) -> Person:
        """See `CheckContext.person`."""
        raise NotImplementedError

    async def click(self, person: Person, name: str) -> None:
        """See `CheckContext.click`."""
        raise NotImplementedError

    async def fill(self, person: Person, label: str, text: str) -> None:
        """See `CheckContext.fill`."""
        raise NotImplementedError

    async def in_app(self, code: str, expected: str) -> Any:
        """See `CheckContext.in_app`."""
        raise NotImplementedError

    async def begun(self, title: str, *names: str) -> int:
        """Store a conversation of these people, which nobody is told of; returns its id."""
        self.done(f"“{title}” was begun, with {' and '.join(names)}")
        number: int = await self.in_app(BEGIN.format(names=names, title=title), "a new conversation")
        return number

    async def signed_in(self, name: str, path: str = "/") -> Person:
        """A seeded person who has signed in, on a page."""
        person = await self.person(name)
        await self.sign_in(person, name)
        await self.visit(person, path)
        return person

    async def notified(self, name: str, path: str = "/") -> Person:
        """The same, with notifications enabled. What is shown from now on is counted."""
        person = await self.person(name)
        self.done(f"{name} allowed notifications")
        await notifications.allow(person)
        await self.sign_in(person, name)
        await self.visit(person, "/")
        await self.enable(person)
        if path != "/":
            await self.visit(person, path)
        return person

    async def enable(self, person: Person, words: str = "Notifications are on") -> None:
        """Click the button on the dashboard, and wait until it has worked."""
        await self.click(person, "Enable notifications")
        await self.expect_text(person.page.get_by_role("region", name="Notifications"), words)
        await notifications.count(person)

    @contextmanager
    def steady(self, person: Person) -> Iterator[None]:
        """What earlier chapters have tried may take its time, also in a check that is about to fail."""
        before, self.patience = self.patience, max(self.patience, PATIENCE)
        person.page.set_default_timeout(self.patience * 1000)
        yield
        self.patience = before
        person.page.set_default_timeout(self.patience * 1000)

    async def say(self, person: Person, text: str) -> None:
        """Send a message, and wait until it is in the sender's log."""
        with self.steady(person):
            await self.fill(person, "Message", text)
            await self.click(person, "Send")
            await self.expect_text(person.log("Messages"), text, f"{person.name}'s log")

    async def expect_told(self, person: Person, *wanted: Told) -> None:
        """These notifications, (title, text), were shown to a person: each once, and no other."""

        async def told() -> list[Told]:
            return [(one.title, one.body) for one in await notifications.calls(person)]

        async def enough() -> bool:
            return len(await told()) >= len(wanted)

        async def instead() -> str:
            return in_words(await told())

        expected = f"{person.name} is notified of {in_words(wanted)}"
        await self.expect_soon(enough, expected=expected, seen=instead)
        found = await told()
        only = f"{expected}, each once, and of nothing else"
        self.expect(sorted(found) == sorted(wanted), expected=only, seen=in_words(found))


def in_words(told: Sequence[Told]) -> str:
    """Notifications in a phrase."""
    return ", ".join(f"“{title}: {body}”" for title, body in told) or "nothing"

"""Steps of a check for notifications: enable them, and expect those that were shown."""

from __future__ import annotations

from collections.abc import Sequence

from course.checks.conversation_steps import ConversationSteps
from course.lab.messenger import notifications
from course.lab.person.person import Person

Told = tuple[str, str]


class NotificationSteps(ConversationSteps):
    """The steps of a `CheckContext` for notifications, from chapter 8 on."""

    async def notified(self, name: str, path: str = "/") -> Person:
        """Sign in as `signed_in` does and enable notifications. Those shown from then on are counted.

        Raises:
            CheckFailed: if a step fails.
        """
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
        """Click “Enable notifications” on the dashboard, and wait until the page confirms it.

        Raises:
            CheckFailed: if it does not.
        """
        await self.click(person, "Enable notifications")
        await self.expect_text(person.page.get_by_role("region", name="Notifications"), words)
        await notifications.count(person)

    async def expect_told(self, person: Person, *wanted: Told) -> None:
        """Wait until these notifications, (title, text), were shown to a person: each once, and no other.

        Raises:
            CheckFailed: if one is missing, repeated or not wanted.
        """

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
    """Return notifications as a phrase."""
    return ", ".join(f"“{title}: {body}”" for title, body in told) or "nothing"

"""The part of a Lab that is about notifications: who allows them, what is shown, and a push service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.lab.messenger import notifications
from course.lab.person.person import Person

if TYPE_CHECKING:
    from course.lab.messenger.push_service import PushService


class NotificationMethods:
    """The notifications of a `Lab`."""

    _pushes: PushService | None = None

    async def allow_notifications(self, person: Person) -> None:
        """Say yes to the browser's question, before it is asked."""
        await notifications.allow(person)

    async def press(self, person: Person, title: str) -> None:
        """Click the notification with this title."""
        await notifications.press(person, title)

    async def leave(self, person: Person) -> None:
        """Close the app in this person's browser; the browser itself stays."""
        await notifications.leave(person)

    async def push_service(self, *people: Person) -> PushService:
        """A push service on this machine for these people's browsers, from their next page on."""
        if self._pushes is None:
            # It needs a web server and cryptography, which most Labs do without.
            from course.lab.messenger.push_service import PushService

            self._pushes = PushService()
            await self._pushes.open()
        for person in people:
            await self._pushes.serve(person)
        return self._pushes

    async def _end_pushes(self) -> None:
        if self._pushes is not None:
            await self._pushes.close()
            self._pushes = None

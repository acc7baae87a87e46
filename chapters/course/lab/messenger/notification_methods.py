"""`NotificationMethods`: the methods of a Lab for notifications and a push service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course.lab.messenger import notifications
from course.lab.person.person import Person

if TYPE_CHECKING:
    from course.lab.messenger.push_service import PushService


class NotificationMethods:
    """The methods of a `Lab` for notifications."""

    _pushes: PushService | None = None

    async def allow_notifications(self, person: Person) -> None:
        """Give the app the permission to show notifications in this person's browser."""
        await notifications.allow(person)

    async def press(self, person: Person, title: str) -> None:
        """Click the notification with this title.

        Raises:
            LabError: if there is none, or no service worker.
        """
        await notifications.press(person, title)

    async def leave(self, person: Person) -> None:
        """Close all pages of the app in this person's browser; the service worker stays."""
        await notifications.leave(person)

    async def push_service(self, *people: Person) -> PushService:
        """Return a push service on this machine for these people's browsers, from their next page on."""
        if self._pushes is None:
            # It imports a web server and cryptography, which most Labs do not need.
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

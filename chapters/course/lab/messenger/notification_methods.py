"""The part of a Lab that is about notifications: who allows them, what is shown, and a push service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course.lab.messenger import notifications
from course.lab.person.person import Person
from course.notebook import output as notebook

if TYPE_CHECKING:
    from course.lab.messenger.push_service import PushService


class Notifying:
    """The notifications of a `Lab`."""

    _pushes: PushService | None = None

    async def allow_notifications(self, person: Person) -> None:
        """Say yes to the browser's question, before it is asked."""
        await notifications.allow(person)

    async def notifications(self, person: Person, count: int = 0, *, ever: bool = False) -> Any:
        """A table of the notifications that this person's browser shows.

        Args:
            person: whose browser.
            count: how many there will be at least; until then it waits.
            ever: also those that have gone or were replaced, from the first time on that this was called.
        """
        await notifications.count(person)
        look = notifications.calls if ever else notifications.shown
        return notebook.show_or_return(notifications.table(await notifications.so_many(look, person, count)))

    async def press(self, person: Person, title: str) -> None:
        """Click the notification with this title."""
        await notifications.press(person, title)

    async def leave(self, person: Person) -> None:
        """Close the app in this person's browser; the browser itself stays."""
        await notifications.leave(person)

    async def push_service(self, *people: Person) -> PushService:
        """A push service on this machine for these people's browsers, from their next page on."""
        if self._pushes is None:
            from course.lab.messenger.push_service import PushService

            self._pushes = PushService()
            await self._pushes.open()
        for person in people:
            await self._pushes.serve(person)
        return self._pushes

    async def pushes(self) -> Any:
        """A table of what the push service has got."""
        service = await self.push_service()
        return notebook.show_or_return(service.table())

    async def _end_pushes(self) -> None:
        if self._pushes is not None:
            await self._pushes.close()
            self._pushes = None

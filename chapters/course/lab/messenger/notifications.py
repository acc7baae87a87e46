"""The notifications of a person's browser, as the browser itself has them.

Headless Chromium shows nothing on a screen, but it does everything else: it asks for permission, runs the
service worker, and keeps a list of the notifications that are shown, which is read here. A click on one is an
event that is made inside the service worker, with the real notification. Only the click of a mouse may bring
a window to the front, so that part cannot be tried here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Worker

from course.lab.errors import FaultDidNotHappen, LabError
from course.lab.person.person import Person
from course.lab.tables import CELL, WIDE, Table
from course.lab.until import until

SECONDS = 15.0

SHOWN_JS = """() => self.registration.getNotifications().then(all => all.map(one => ({
  title: one.title, body: one.body, tag: one.tag, url: one.data?.url ?? "",
})))"""

PRESS_JS = """async title => {
  const found = (await self.registration.getNotifications()).find(one => one.title === title);
  if (!found) return false;
  self.dispatchEvent(new NotificationEvent("notificationclick", {notification: found}));
  return true;
}"""

# The real method is called, and its arguments are recorded.
COUNT_JS = """() => {
  if (self.labShown) return;
  const show = self.registration.showNotification.bind(self.registration);
  self.labShown = [];
  self.registration.showNotification = (title, options) => {
    self.labShown.push({title, body: options.body, tag: options.tag, url: options.data?.url ?? ""});
    return show(title, options);
  };
}"""

WINDOWS_JS = "() => self.clients.matchAll({includeUncontrolled: true}).then(all => all.length)"


@dataclass(frozen=True)
class Notification:
    """A notification that the browser shows.

    Attributes:
        title, body: its texts.
        tag: its name; of two with the same name only one is shown.
        url: the address that a click opens.
    """

    title: str
    body: str
    tag: str
    url: str


async def allow(person: Person) -> None:
    """Give the app the permission to show notifications, as if the person had allowed them."""
    await person.context.grant_permissions(["notifications"])


def worker_of(person: Person) -> Worker | None:
    """Return the service worker of this person's browser; None if there is none."""
    workers = person.context.service_workers
    return workers[-1] if workers else None


async def require_worker(person: Person) -> Worker:
    """Wait for the service worker, and return it.

    Raises:
        LabError: if there is none in time.
    """

    async def look() -> list[Worker]:
        return person.context.service_workers

    missing = LabError(f"{person.name}'s browser has no service worker.", "Enable notifications first.")
    return (await until(look, bool, SECONDS, lambda _: missing))[-1]


async def shown(person: Person) -> list[Notification]:
    """Return the notifications that the browser shows now, the oldest first."""
    worker = worker_of(person)
    found: list[dict[str, Any]] = await worker.evaluate(SHOWN_JS) if worker is not None else []
    return [Notification(**one) for one in found]


async def count(person: Person) -> None:
    """Record each call that shows a notification from now on, for `calls`."""
    await (await require_worker(person)).evaluate(COUNT_JS)


async def calls(person: Person) -> list[Notification]:
    """Return every notification that was shown since `count`, also those that were closed or replaced."""
    worker = await require_worker(person)
    found: list[dict[str, Any]] = await worker.evaluate("() => self.labShown ?? []")
    return [Notification(**one) for one in found]


async def so_many(
    look: Callable[[Person], Awaitable[list[Notification]]], person: Person, count: int
) -> list[Notification]:
    """Wait until `look` finds at least so many notifications, and return them.

    Raises:
        LabError: if there are fewer in the end.
    """

    def too_few(found: list[Notification]) -> LabError:
        return LabError(
            f"{person.name}'s browser shows {len(found)} notifications, not {count}.",
            "Check that notifications are enabled.",
        )

    return await until(lambda: look(person), lambda found: len(found) >= count, SECONDS, too_few)


async def press(person: Person, title: str) -> None:
    """Click the notification with this title.

    Raises:
        LabError: if there is none, or no service worker.
    """
    worker = await require_worker(person)
    if not await worker.evaluate(PRESS_JS, title):
        titles = ", ".join(f"“{one.title}”" for one in await shown(person)) or "none"
        raise LabError(f"There is no notification “{title}”.", f"Shown: {titles}.")


async def leave(person: Person) -> None:
    """Close all pages of the app in this browser; the service worker stays.

    Raises:
        LabError: if there is no service worker.
        FaultDidNotHappen: if a page of the app stays open.
    """
    worker = await require_worker(person)
    await person.page.goto("about:blank")
    still = FaultDidNotHappen(f"{person.name}'s browser still has a page of the app open.", "")
    await until(lambda: worker.evaluate(WINDOWS_JS), lambda windows: not windows, SECONDS, lambda _: still)


def table(notifications: Sequence[Notification]) -> Table:
    """Return a table with one row for each notification."""
    rows = tuple((one.title, one.body, one.url) for one in notifications)
    return Table(("title", "text", "leads to"), (CELL, WIDE, CELL), rows, "No notification is shown.")

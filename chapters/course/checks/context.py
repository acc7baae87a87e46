"""What a check works with: people, a record of what was done, and expectations that explain themselves."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Error as PlaywrightError

from course.checks.notification_steps import NotificationSteps
from course.checks.scripts import migrated
from course.checks.words import listed
from course.lab.person.person import Person

# A page's clock stops in the future: soon, or a little later where the order takes its time.
SECONDS_AHEAD = (0.1, 1, 5)


class CheckContext(NotificationSteps):
    """One run of one check: its steps, its expectations, and faults of the line, the server and the clock.

    What everybody does is in `Steps`; how people get in, talk and are notified stands on that, in
    `EntrySteps`, `ConversationSteps` and `NotificationSteps`.
    """

    async def expect_kept(self, revision: str, *tables: str, then: str = "return None") -> Any:
        """Migrate a seeded database down and up again; each row keeps what it had, whatever it gets besides.

        Args:
            revision: how far down.
            *tables: whose rows are looked at.
            then: body of a coroutine that runs in the app afterwards, for what else is to be known.

        Returns:
            what ``then`` gives.
        """
        what = f"a migration from {revision} to the newest revision"
        before, after, found = await self.in_app(migrated(revision, tables, then), what)
        self.expect(before, expected=f"rows to keep in {listed(tables)}", seen="none")
        kept = [was.items() <= now.items() for was, now in zip(before, after, strict=False)]
        same = len(before) == len(after) and all(kept)
        self.expect(
            same, expected="the rows of before", seen=f"{len(after)} rows, {sum(kept)} of them the same"
        )
        return found

    async def stop_clock(self, person: Person) -> None:
        """From now on time passes on this page only when the check says so.

        Its clock was installed before the page was opened, ``await person.page.clock.install()``.
        """
        for ahead in SECONDS_AHEAD:
            now: float = await person.page.evaluate("Date.now() / 1000")
            try:
                await person.page.clock.pause_at(now + ahead)
                return
            except PlaywrightError as error:
                # On a busy machine that moment is over before the order arrives.
                if "past" not in error.message or ahead == SECONDS_AHEAD[-1]:
                    raise

    async def fix_unnoticed(self, person: Person) -> None:
        """Fix the line of a page whose clock stands still, so that it does not come back by itself.

        What the page asks for comes through.
        """

        async def rests() -> bool:
            return not await person.is_connecting()

        # An attempt that was on its way would come through, too.
        await self.expect_soon(
            rests,
            expected="attempts to connect that fail",
            seen="one that goes on",
            whose=person,
        )
        self.done(f"{person.name}'s line was fixed, but the page's clock stood still")
        await person.network.fix()

    # Faults that need no more words. For others there are `done` and the Lab.

    async def restart(self) -> None:
        """Kill the server, and start it again."""
        self.done("the server was killed and started again")
        await self.lab.restart()

    async def reconnect(self, person: Person) -> None:
        """Cut a person's line, and fix it."""
        self.done("the line was cut, and fixed")
        await self.lab.cut(person)
        await self.lab.fix(person)

    async def crash(self, person: Person) -> None:
        """Make the view on a person's page raise, and wait until it is back."""
        self.done("the view raised an error")
        await self.lab.crash(person)
        await person.live()

"""The argument of a check: people, a record of the steps, and expectations that explain a failure."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Error as PlaywrightError

from course.checks.notification_steps import NotificationSteps
from course.checks.scripts import migrated
from course.checks.words import listed
from course.lab.person.person import Person

# A page's clock can only stop in the future: tried soon first, then later, in case the call is slow.
SECONDS_AHEAD = (0.1, 1, 5)


class CheckContext(NotificationSteps):
    """One run of one check: its steps, its expectations, and faults of the line, the server and the clock.

    Common steps are in `Steps`; steps to sign in, talk and be notified are in `EntrySteps`,
    `ConversationSteps` and `NotificationSteps`.
    """

    async def expect_kept(self, revision: str, *tables: str, then: str = "return None") -> Any:
        """Expect that each row keeps its values when a seeded database is migrated down and up again.

        Args:
            revision: the revision to go down to.
            *tables: the tables whose rows are compared; new columns do not count.
            then: the body of a coroutine that runs in the app afterwards.

        Returns:
            the value that ``then`` returns.

        Raises:
            CheckFailed: if a row is lost or changed, or the migration raises.
        """
        what = f"a migration from {revision} to the newest revision"
        before, after, found = await self.in_app(migrated(revision, tables, then), what)
        self.expect(before, expected=f"rows to keep in {listed(tables)}", seen="none")
        kept = [was.items() <= now.items() for was, now in zip(before, after, strict=False)]
        same = len(before) == len(after) and all(kept)
        self.expect(
            same, expected="the earlier rows", seen=f"{len(after)} rows, {sum(kept)} of them the same"
        )
        return found

    async def stop_clock(self, person: Person) -> None:
        """Stop the clock of this page: its time passes only when the check moves it on.

        Install the clock before the page is opened: ``await person.page.clock.install()``.
        """
        for ahead in SECONDS_AHEAD:
            now: float = await person.page.evaluate("Date.now() / 1000")
            try:
                await person.page.clock.pause_at(now + ahead)
                return
            except PlaywrightError as error:
                # On a busy machine the moment is past before the call arrives.
                if "past" not in error.message or ahead == SECONDS_AHEAD[-1]:
                    raise

    async def fix_unnoticed(self, person: Person) -> None:
        """Fix the line of a page whose clock stands still, so that the page does not reconnect by itself.

        Requests that the page sends get through.

        Raises:
            CheckFailed: if an attempt to connect goes on.
        """

        async def idle() -> bool:
            return not await person.is_connecting()

        # An attempt that is under way would connect once the line is fixed.
        await self.expect_soon(
            idle,
            expected="attempts to connect that fail",
            seen="one that goes on",
            whose=person,
        )
        self.done(f"{person.name}'s line was fixed, but the page's clock stood still")
        await person.network.fix()

    # Faults with their step in the report. For other faults, use `done` and the Lab.

    async def restart(self) -> None:
        """Kill the server and start it again."""
        self.done("the server was killed and started again")
        await self.lab.restart()

    async def reconnect(self, person: Person) -> None:
        """Cut a person's line and fix it."""
        self.done("the line was cut, and fixed")
        await self.lab.cut(person)
        await self.lab.fix(person)

    async def crash(self, person: Person) -> None:
        """Make the view on a person's page raise an error, and wait until it has joined again."""
        self.done("the view raised an error")
        await self.lab.crash(person)
        await person.live()

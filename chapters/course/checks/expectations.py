"""The base of a check's expectations: `Expectations.expect` looks once, `Expectations.expect_soon` waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from playwright.async_api import Error as PlaywrightError

from course.checks.failures import CheckFailed
from course.lab.link.frames import Frame
from course.lab.person.person import Person

PATIENCE = 5.0


class Expectations:
    """The expectations of a `CheckContext` that are not about the content of a page.

    Attributes:
        patience: seconds to wait for something to be seen.
    """

    patience = PATIENCE

    def expect(self, true: object, *, expected: str, seen: str) -> None:
        """Expect a condition that is known now, without waiting.

        Raises:
            CheckFailed: if it is false.
        """
        if not true:
            raise CheckFailed(expected, seen)

    async def expect_soon(
        self,
        look: Callable[[], Any],
        *,
        expected: str,
        seen: Callable[[], Any] | str,
        whose: Person | None = None,
    ) -> Any:
        """Wait until ``look()``, plain or async, returns something true. Return it.

        Args:
            look: a function that returns the awaited value.
            expected: the name of it in the report.
            seen: the text of what was seen instead, or a function that returns it.
            whose: the one person whose frames the report shows, when several people act at once.

        Raises:
            CheckFailed: if it stays false for `patience` seconds.
        """
        end = time.monotonic() + self.patience
        while not (found := await _value(look)):
            if time.monotonic() > end:
                instead = seen if isinstance(seen, str) else str(await _value(seen))
                raise CheckFailed(expected, instead, whose)
            await asyncio.sleep(0.03)
        return found

    async def expect_frame(
        self, person: Person, since: int, fits: Callable[[Frame], bool], expected: str
    ) -> Frame:
        """Wait for a frame on a person's wire after a mark. Return the frame.

        Raises:
            CheckFailed: if there is none.
        """

        def look() -> Frame | None:
            return next((frame for frame in person.frames_since(since) if fits(frame)), None)

        def instead() -> str:
            frames = [f"{frame.kind} {frame.size} B" for frame in person.frames_since(since)]
            return ", ".join(frames[-6:]) or "no frame at all"

        frame: Frame = await self.expect_soon(look, expected=expected, seen=instead)
        return frame

    def stays(self, person: Person) -> Callable[[], None]:
        """Return a function to call later: it expects that the page was not loaded again meanwhile."""
        loads = person.loads

        def expect_same() -> None:
            same = person.loads == loads
            self.expect(same, expected="a page that was not loaded again", seen="a page load")

        return expect_same


async def _value(look: Callable[[], Any]) -> Any:
    found = look()
    try:
        return await found if asyncio.iscoroutine(found) else found
    except PlaywrightError:
        return None  # the page is being replaced: look again

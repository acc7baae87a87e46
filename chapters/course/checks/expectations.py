"""The expectations of a check. Each waits up to `patience` seconds, and reports what it saw instead.

An expectation that is not met raises `course.checks.failures.CheckFailed`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page

from course.checks.failures import CheckFailed
from course.checks.words import describe, outline_of, quoted
from course.lab.link.frames import Frame
from course.lab.person.person import Person

PATIENCE = 5.0

DESCRIPTION_JS = """field => (field.getAttribute("aria-describedby") || "").split(" ")
  .map(id => document.getElementById(id)?.innerText ?? "").join(" ")"""


class Expectations:
    """The expectations of a `CheckContext`.

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

    async def expect_text(self, locator: Locator, text: str | re.Pattern[str], what: str = "") -> None:
        """Wait until a part of the page contains a text.

        Args:
            locator: the part of the page.
            text: the text or pattern; white space counts as one blank.
            what: the name of the part in the report; its role and name when left out.
        """
        name = what or describe(locator)

        async def there() -> bool:
            return any(_contains(found, text) for found in await _texts(locator))

        async def instead() -> str:
            found = await _texts(locator)
            return quoted(found[0]) if found else await outline_of(locator)

        wanted = f"/{text.pattern}/" if isinstance(text, re.Pattern) else quoted(text)
        await self.expect_soon(there, expected=f"{wanted} in {name}", seen=instead)

    async def expect_visible(self, locator: Locator, what: str = "") -> None:
        """Wait until a part of the page is visible."""
        name = what or describe(locator)

        async def shown() -> bool:
            return await locator.count() > 0 and await locator.first.is_visible()

        await self.expect_soon(shown, expected=name, seen=lambda: outline_of(locator))

    async def expect_gone(self, locator: Locator, what: str = "") -> None:
        """Wait until a part of the page is no longer visible."""
        name = what or describe(locator)

        async def gone() -> bool:
            return not any([await one.is_visible() for one in await locator.all()])

        await self.expect_soon(gone, expected=f"{name} is gone", seen=f"{name} is still there")

    async def expect_count(self, locator: Locator, number: int, what: str = "") -> None:
        """Wait until a locator finds this number of elements."""
        name = what or describe(locator)

        async def right() -> bool:
            return await locator.count() == number

        async def instead() -> str:
            return f"{await locator.count()} of them"

        await self.expect_soon(right, expected=f"{number} × {name}", seen=instead)

    async def expect_value(self, locator: Locator, value: str, what: str = "") -> None:
        """Wait until a field holds this text."""
        name = what or describe(locator)

        async def right() -> bool:
            return await locator.count() == 1 and await locator.input_value() == value

        async def instead() -> str:
            return quoted(await locator.input_value()) if await locator.count() else await outline_of(locator)

        wanted = f"{quoted(value)} in {name}" if value else f"{name} to be empty"
        await self.expect_soon(right, expected=wanted, seen=instead)

    async def expect_field_error(self, person: Person, label: str, text: str) -> None:
        """Wait until a field is marked as wrong and its description contains a text.

        Args:
            person: the person whose page has the field.
            label: the label of the field.
            text: a part of the description.
        """
        field = person.textbox(label)

        async def told() -> str:
            if await field.count() != 1 or await field.get_attribute("aria-invalid") != "true":
                return ""
            return str(await field.evaluate(DESCRIPTION_JS))

        async def right() -> bool:
            return text in await told()

        async def instead() -> str:
            return await told() or f"a field {label} that is not marked as wrong"

        await self.expect_soon(right, expected=f"{quoted(text)} beside {label}", seen=instead)

    async def expect_at(self, page: Page, path: str, who: str) -> None:
        """Wait until a page is at this address, without its query; ``who`` names the page in the report."""

        def here() -> str:
            return urlsplit(page.url).path

        await self.expect_soon(lambda: here() == path, expected=f"{who} at {path}", seen=here)

    async def expect_frame(
        self, person: Person, since: int, fits: Callable[[Frame], bool], expected: str
    ) -> Frame:
        """Wait for a frame on a person's wire after a mark. Return the frame."""

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

    async def expect_no_overflow(self, person: Person) -> None:
        """Expect that the page is no wider than its window."""
        wide, window = await person.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.expect(
            wide <= window, expected=f"a page no wider than its window of {window} px", seen=f"{wide} px"
        )

    async def expect_tidy(self, person: Person) -> None:
        """Expect that the browser's console has no error and that no id stands twice in the page."""
        problems = person.console_problems
        self.expect(
            not problems, expected="a clean browser console", seen=problems[0] if problems else "nothing"
        )
        twice: list[str] = await person.page.evaluate(
            """() => { const ids = [...document.querySelectorAll("[id]")].map(el => el.id);
                       return [...new Set(ids.filter((id, at) => ids.indexOf(id) !== at))]; }"""
        )
        self.expect(
            not twice, expected="every id once in the page", seen=f"more than once: {', '.join(twice)}"
        )


def _contains(found: str, text: str | re.Pattern[str]) -> bool:
    folded = " ".join(found.split())
    return bool(text.search(folded)) if isinstance(text, re.Pattern) else text in folded


async def _texts(locator: Locator) -> list[str]:
    try:
        return await locator.all_inner_texts()
    except PlaywrightError:
        return []


async def _value(look: Callable[[], Any]) -> Any:
    found = look()
    try:
        return await found if asyncio.iscoroutine(found) else found
    except PlaywrightError:
        return None  # the page is being replaced: look again

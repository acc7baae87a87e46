"""The expectations of a check about the content of a page. Each reports what it saw instead."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page

from course.checks.expectations import Expectations
from course.checks.words import describe, outline_of, quoted
from course.lab.person.person import Person

DESCRIPTION_JS = """field => (field.getAttribute("aria-describedby") || "").split(" ")
  .map(id => document.getElementById(id)?.innerText ?? "").join(" ")"""


class PageExpectations(Expectations):
    """The expectations of a `CheckContext` about texts, fields, controls and the layout of a page."""

    async def expect_text(self, locator: Locator, text: str | re.Pattern[str], what: str = "") -> None:
        """Wait until a part of the page contains a text.

        Args:
            locator: the part of the page.
            text: the text or pattern; white space counts as one blank.
            what: the name of the part in the report; its role and name when left out.

        Raises:
            CheckFailed: if it does not.
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
        """Wait until a part of the page is visible.

        Raises:
            CheckFailed: if it is not.
        """
        name = what or describe(locator)

        async def shown() -> bool:
            return await locator.count() > 0 and await locator.first.is_visible()

        await self.expect_soon(shown, expected=name, seen=lambda: outline_of(locator))

    async def expect_gone(self, locator: Locator, what: str = "") -> None:
        """Wait until a part of the page is no longer visible.

        Raises:
            CheckFailed: if it still is.
        """
        name = what or describe(locator)

        async def gone() -> bool:
            return not any([await one.is_visible() for one in await locator.all()])

        await self.expect_soon(gone, expected=f"{name} is gone", seen=f"{name} is still there")

    async def expect_first_html(self, person: Person, path: str, text: str, *, gone: bool = False) -> None:
        """Wait until the server answers with HTML that contains a text, before any script has run.

        A stash in a store on the server is written a moment after the reply to the handler. Wait for it like
        this, before the server is killed or another device looks.

        Args:
            person: the person who asks, with their cookies.
            path: the path of the page.
            text: the text, as it stands in the HTML.
            gone: wait until the HTML does not contain it.

        Raises:
            CheckFailed: if it does not, or with ``gone`` still does.
        """

        async def right() -> bool:
            response = await person.get(path)
            return response.ok and (text in await response.text()) != gone

        async def instead() -> str:
            response = await person.get(path)
            if not response.ok:
                return f"the server answers {response.status}"
            return f"{quoted(text)} is {'still' if gone else 'not'} there"

        wanted = f"{'no ' if gone else ''}{quoted(text)} in the first HTML of {path}, before any script"
        await self.expect_soon(right, expected=wanted, seen=instead)

    async def expect_count(self, locator: Locator, number: int, what: str = "") -> None:
        """Wait until a locator finds this number of elements.

        Raises:
            CheckFailed: if it finds another number.
        """
        name = what or describe(locator)

        async def right() -> bool:
            return await locator.count() == number

        async def instead() -> str:
            return f"{await locator.count()} of them"

        await self.expect_soon(right, expected=f"{number} × {name}", seen=instead)

    async def expect_value(self, locator: Locator, value: str, what: str = "") -> None:
        """Wait until a field holds this text.

        Raises:
            CheckFailed: if it does not.
        """
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

        Raises:
            CheckFailed: if it is not, or says something else.
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
        """Wait until a page is at this address, without its query; ``who`` names the page in the report.

        Raises:
            CheckFailed: if it stays elsewhere.
        """

        def here() -> str:
            return urlsplit(page.url).path

        await self.expect_soon(lambda: here() == path, expected=f"{who} at {path}", seen=here)

    async def expect_no_overflow(self, person: Person) -> None:
        """Expect that the page is no wider than its window.

        Raises:
            CheckFailed: if it is wider.
        """
        wide, window = await person.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        self.expect(
            wide <= window, expected=f"a page no wider than its window of {window} px", seen=f"{wide} px"
        )

    async def expect_tidy(self, person: Person) -> None:
        """Expect that the browser's console has no error and that no id stands twice in the page.

        Raises:
            CheckFailed: if there is an error, or an id stands twice.
        """
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

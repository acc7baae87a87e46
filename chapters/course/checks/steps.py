"""The common steps of checks: open browsers, visit pages, use buttons and fields, run code in the app."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from typing import Any

from playwright.async_api import Locator
from playwright.async_api import TimeoutError as PlaywrightTimeout

from course.checks.expectations import PATIENCE
from course.checks.failures import CheckFailed
from course.checks.page_expectations import PageExpectations
from course.checks.words import last_words, outline
from course.lab.lab import Lab
from course.lab.person.person import Person


class Steps(PageExpectations):
    """The common steps of a `CheckContext`; each is noted for the report.

    Attributes:
        lab: the Lab with the app.
        patience: seconds to wait for something to be seen.
        steps: the steps so far.
        people_seen: all people who took part, by name.
        forgiven: texts of errors that the check causes on purpose; any other error makes it fail.
    """

    def __init__(self, lab: Lab, patience: float = PATIENCE) -> None:
        self.lab = lab
        self.patience = patience
        self.steps: list[str] = []
        self.people_seen: dict[str, Person] = {}
        self.forgiven: list[str] = []

    async def person(self, name: str, *, viewport: tuple[int, int] | None = None) -> Person:
        """Return this person, with a new browser of their own."""
        options: dict[str, Any] = {} if viewport is None else {"viewport": viewport}
        person = await self.lab.person(name, **options)
        person.page.set_default_timeout(self.patience * 1000)
        self.people_seen[name] = person
        return person

    async def people(self, *names: str) -> list[Person]:
        """Return several people, each with a new browser."""
        return [await self.person(name) for name in names]

    # Steps, which are noted for the report.

    def done(self, what: str) -> None:
        """Note a step, in the past tense: ``clicked Increment twice``."""
        self.steps.append(what)

    def app_may_raise(self, text: str) -> None:
        """Allow an error with this text, of the app or of a page's script: the check causes it on purpose.

        Every other error makes the check fail.
        """
        self.forgiven.append(text)

    async def visit(self, person: Person, path: str) -> None:
        """Open a page, and wait until its live views are connected.

        Raises:
            CheckFailed: if the server answers with an error.
        """
        self.done(f"{person.name} opened {path}")
        answer = await person.goto(path)
        if answer.status >= 400:
            raise CheckFailed(f"a page at {path}", f"the server answers {answer.status}")

    async def status_of(self, person: Person, path: str) -> int:
        """Open a page and return its HTTP status."""
        self.done(f"{person.name} opened {path}")
        response = await person.page.goto(person.url + path)
        return response.status if response is not None else 0

    async def html_of(self, person: Person, path: str) -> str:
        """Return the HTML that the server answers with, before any script has run.

        Raises:
            CheckFailed: if the server answers with an error.
        """
        self.done(f"{person.name} fetched {path} as plain HTML")
        response = await person.get(path)
        if response.status >= 400:
            raise CheckFailed(f"a page at {path}", f"the server answers {response.status}")
        return await response.text()

    async def in_app(self, code: str, expected: str) -> Any:
        """Run Python in the app's environment and database. Return its last line of output, parsed as JSON.

        Args:
            code: the source.
            expected: what the code needs, for the report when it fails.

        Raises:
            CheckFailed: if it raises an error or prints no JSON.
        """
        out, problem = await self.lab.python(code)
        try:
            return json.loads(out.strip().splitlines()[-1])
        except (IndexError, ValueError):
            raise CheckFailed(expected, last_words(problem)) from None

    async def click(self, person: Person, name: str, times: int = 1) -> None:
        """Click a button, or a link if there is no such button.

        Raises:
            CheckFailed: if there is neither, or an answer is missing.
        """
        often = {1: "", 2: " twice"}.get(times, f" {times} times")
        self.done(f"{person.name} clicked {name}{often}")
        target = person.button(name).or_(person.link(name)).first
        what = f"a button or link “{name}”"
        for left in reversed(range(times)):
            await self._act(person, target.click(), what)
            if left:
                # The client ignores a click on an element that still waits for its answer.
                await self.expect_soon(lambda: answered(target), expected=f"an answer to {what}", seen="none")

    async def fill(self, person: Person, label: str, text: str) -> None:
        """Write into a text field.

        Raises:
            CheckFailed: if there is no such field.
        """
        self.done(f"{person.name} wrote “{text}” into {label}" if text else f"{person.name} emptied {label}")
        await self._act(person, person.textbox(label).fill(text), f"a text field “{label}”")

    async def fill_in(self, person: Person, button: str, **fields: str) -> None:
        """Write into fields, given by label with underscores for blanks, and click a button.

        Raises:
            CheckFailed: if a field or the button is missing.
        """
        for label, text in fields.items():
            await self.fill(person, label.replace("_", " "), text)
        await self.click(person, button)

    async def _act(self, person: Person, action: Awaitable[None], what: str) -> None:
        try:
            await action
        except PlaywrightTimeout:
            raise CheckFailed(f"{what} that can be used", await outline(person)) from None


async def answered(target: Locator) -> bool:
    """Return whether an element waits for no answer from the server."""
    return await target.get_attribute("data-phx-ref-loading") is None

"""A Lab with the small app of these tests, one for each module."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from course.lab import Lab, Person
from course.lab.person.shared_browser import held_browser

APP = Path(__file__).parents[1] / "apps" / "lab"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def lab(chromium: None) -> AsyncIterator[Lab]:
    """The Lab of a module."""
    async with held_browser(), await Lab.open(APP) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def alice(lab: Lab) -> AsyncIterator[Person]:
    """Alice, at the page with two live views, with a mark in her window that a page load would wipe out."""
    person = await lab.person("Alice")
    await person.goto("/two")
    await person.page.evaluate("window.unloaded = true")
    yield person
    await lab.dismiss(person)

"""Chapter 1: shared helpers of its checks, for the line that counts clicks."""

from __future__ import annotations

import re

from playwright.async_api import Locator

from course.lab.person.person import Person


def clicks(part: Person | Locator) -> Locator:
    """Return the line that counts clicks."""
    scope = part.page.locator("body") if isinstance(part, Person) else part
    return scope.get_by_text(re.compile(r"clicked \d+ times"))


def counted(number: int) -> str:
    """Return the text of that line for a count."""
    return f"clicked {number} times"

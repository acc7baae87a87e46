"""Chapter 1: what several of its checks look for: the line that counts."""

from __future__ import annotations

import re

from playwright.async_api import Locator

from course.lab.person.person import Person


def clicks(part: Person | Locator) -> Locator:
    """The line that counts clicks."""
    scope = part.page.locator("body") if isinstance(part, Person) else part
    return scope.get_by_text(re.compile(r"clicked \d+ times"))


def counted(number: int) -> str:
    """What that line says."""
    return f"clicked {number} times"

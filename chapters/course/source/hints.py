"""Hints: ``hints.md`` holds three steps for each check, from a nudge to the answer.

::

    ## 1.2 Increment counts
    1. Where does a click arrive?
    2. Every `phx-click` names an event; look at `handle_event`.
    3. `self.assign(count=self.assigns.count + 1)`
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from course.errors import CourseError
from course.source.model import Chapter

STEPS = 3

_HEADING = re.compile(r"^## +(?P<check>\d+\.\w+)\s*+(?P<title>.*)$")
_STEP = re.compile(r"^(?P<number>\d+)\. ++(?P<text>.*)$")


@dataclass(frozen=True)
class Hints:
    """The hints for one check as Markdown, the mildest first."""

    check: str
    title: str
    steps: tuple[str, ...]


def parse_hints(text: str) -> dict[str, Hints]:
    """Parse a ``hints.md``. Return its hints by check, such as ``1.2`` or ``1.a``."""
    found: dict[str, Hints] = {}
    check, title, steps = "", "", []  # type: str, str, list[list[str]]

    def finish() -> None:
        if check:
            found[check] = Hints(check, title, tuple("\n".join(step).strip() for step in steps))

    for line in text.splitlines():
        heading = _HEADING.match(line)
        step = _STEP.match(line)
        if heading:
            finish()
            check, title, steps = heading["check"], heading["title"].strip(), []
        elif step and check:
            steps.append([step["text"]])
        elif steps:
            steps[-1].append(line.removeprefix("   "))
    finish()
    return found


def hints_of(chapter: Chapter) -> dict[str, Hints]:
    """Return all hints of a chapter by check; none when it has no ``hints.md``."""
    path = chapter.path / "hints.md"
    return parse_hints(path.read_text(encoding="utf-8")) if path.is_file() else {}


def hints_for(chapter: Chapter, check: str) -> Hints:
    """Return the hints for one check.

    Raises:
        CourseError: if there are none.
    """
    hints = hints_of(chapter)
    if check not in hints:
        known = ", ".join(hints) or "none yet"
        raise CourseError(
            f"There are no hints for {check}.", f"Chapter {chapter.number} has hints for: {known}."
        )
    return hints[check]

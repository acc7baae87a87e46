"""Failures of checks: the error that ended a check, in the words of its report."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError

from course.checks.report import Verdict
from course.lab.errors import AppDidNotStart, FaultDidNotHappen, LabError, NoMessenger, PageNotLive
from course.lab.person.person import Person

NO_APP = "the app has no messenger package yet: run the notebook's cells from the top"
A_MESSENGER = "a messenger to open"
AN_APP = "an app that starts"
READABLE = "files that can be read"
NO_ERROR = "no error besides those that the check causes"

WAITING = re.compile(r'waiting for get_by_role\("(\w+)", name="(.*?)"')


class CheckFailed(AssertionError):  # noqa: N818
    """The error of an expectation that is not met.

    Args:
        expected: the expectation.
        seen: what was seen instead.
        whose: the one person whose frames the report shows; all people when left out.
    """

    def __init__(self, expected: str, seen: str, whose: Person | None = None) -> None:
        super().__init__(f"expected {expected}; seen {seen}")
        self.expected = expected
        self.seen = seen
        self.whose = whose


@dataclass(frozen=True)
class Failure:
    """The reason why a check did not pass; see `course.checks.report.CheckResult`."""

    verdict: Verdict
    expected: str
    seen: str
    whose: Person | None = None


async def failure_of(error: Exception, outline: Callable[[], Awaitable[str]]) -> Failure:
    """Return the failure for an exception that ended a check.

    Args:
        error: the exception.
        outline: describes the page, for a control that was not there.
    """
    match error:
        case CheckFailed():
            return Failure("failed", error.expected, error.seen, error.whose)
        case NoMessenger():
            return Failure("failed", A_MESSENGER, NO_APP)
        case AppDidNotStart():
            return Failure("failed", AN_APP, error.message.splitlines()[0].rstrip(":"))
        case PageNotLive():
            return Failure("failed", "a page that becomes live", _folded(str(error)))
        case FaultDidNotHappen():
            return Failure("error", "a fault that can be seen in the page", _folded(error.message))
        case LabError():
            return Failure("error", "a Lab that works", _folded(str(error)))
        case PlaywrightError():
            return Failure("failed", _awaited(str(error)), await outline())
    return Failure("error", "a check without mistakes of its own", f"{type(error).__name__}: {error}")


def unordered(raised: Sequence[str]) -> Failure:
    """Return the failure of a check whose expectations were met while something raised an error.

    A view that crashes starts again by itself, and may look right afterwards.
    """
    return Failure("failed", NO_ERROR, _folded(raised[-1]))


def _awaited(text: str) -> str:
    """Return what the browser was waiting for, from Playwright's message."""
    if found := WAITING.search(text):
        return f"a {found[1]} “{found[2]}” that can be used"
    return _folded(text.splitlines()[0]) if text.strip() else "the browser to go on"


def _folded(text: str) -> str:
    return " ".join(text.split())

"""Checks: the behaviour that a chapter builds, tested in real browsers.

    from course.checks import CheckContext, check, since

    @check("1.2", "Increment counts", files=["messenger/counter_live.py"])
    @since(1)
    async def increment(c: CheckContext) -> None:
        alice = await c.person("Alice")
        await c.visit(alice, "/counter")
        await c.click(alice, "Increment")
        await c.expect_text(alice.text("clicked"), "clicked 1 times")

Checks live in Python files in ``chapters/NN_…/checks``, each named for its subject. They serve
``course check``, ``await lab.check(1)`` in a notebook, and the tests, which run each of them on every state
that it is meant for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course.checks.registry import Check, check, load_checks, select, since
from course.checks.report import CheckResult
from course.checks.scripts import in_messenger, is_there

if TYPE_CHECKING:
    from course.checks.context import CheckContext
    from course.checks.runner import run_checks

__all__ = [
    "Check",
    "CheckContext",
    "CheckResult",
    "check",
    "in_messenger",
    "is_there",
    "load_checks",
    "run_checks",
    "select",
    "since",
]

# These two need Playwright; listing checks does not.
_LATER = {"CheckContext": "course.checks.context", "run_checks": "course.checks.runner"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

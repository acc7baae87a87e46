"""The Lab: the messenger as a child process, people with browsers, and faults that really happen.

    from course.lab import Lab

    async with await Lab.open(2) as lab:
        alice, bob = await lab.people("Alice", "Bob")
        await alice.goto("/conversations/1/users/1")
        await lab.cut(alice)
        await lab.fix(alice)

`course.lab.person.browser_choice` needs the standard library alone; everything else here needs Playwright,
so it is imported only when it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from course.lab.errors import (
    AppDidNotStart,
    FaultDidNotHappen,
    LabError,
    NoBrowser,
    NoMessenger,
    PageNotLive,
)
from course.lab.person.browser_choice import BrowserChoice, find_chromium

if TYPE_CHECKING:
    from course.lab.lab import Lab
    from course.lab.link.frames import Frame
    from course.lab.person.person import Person

__all__ = [
    "AppDidNotStart",
    "BrowserChoice",
    "FaultDidNotHappen",
    "Frame",
    "Lab",
    "LabError",
    "NoBrowser",
    "NoMessenger",
    "PageNotLive",
    "Person",
    "find_chromium",
]

_LATER = {"Lab": "course.lab.lab", "Person": "course.lab.person.person", "Frame": "course.lab.link.frames"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""The Lab inside a Jupyter kernel: pictures and tables as outputs, one Lab at a time, short errors."""

from __future__ import annotations

import asyncio
import sys
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from course.errors import CourseError
from course.lab.person.pictures import side_by_side

if TYPE_CHECKING:
    from course.lab.app.state import AppState
    from course.lab.lab import Lab
    from course.lab.person.person import Person

Bundle = dict[str, Any]

MOST_NAMED = 4

_earlier: weakref.ref[Lab] | None = None


class Picture:
    """A PNG with the width at which to show it; notebooks show it, others may save it.

    Attributes:
        png: the bytes.
        width: in CSS pixels.
        text: what to say where no picture can be shown.
    """

    def __init__(self, png: bytes, width: int, text: str) -> None:
        self.png = png
        self.width = width
        self.text = text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Bundle, Bundle]:
        return {"image/png": self.png, "text/plain": self.text}, {"image/png": {"width": self.width}}

    def __repr__(self) -> str:
        return self.text


def in_notebook() -> bool:
    """Whether this is a Jupyter kernel."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def show_or_return(thing: Any) -> Any:
    """In a notebook show it now, wherever in the cell this is; elsewhere hand it to the caller."""
    if not in_notebook():
        return thing
    from IPython.display import display

    display(thing)
    return None


async def show(people: Sequence[Person]) -> Any:
    """Pictures of these people's pages side by side."""
    shots = await asyncio.gather(*(person.picture() for person in people))
    scale = 2 if in_notebook() else 1
    names = [person.name for person in people]
    png, width = side_by_side(list(zip(names, shots, strict=True)), scale)
    titles = await asyncio.gather(*(person.page.title() for person in people))
    told = "   |   ".join(f"{name}: {title}" for name, title in zip(names, titles, strict=True))
    return show_or_return(Picture(png, width, f"[{told}]"))


async def show_checks(which: str | int, state: AppState) -> Any:
    """Run checks and show what came of them."""
    from course.checks.display import Outcome
    from course.checks.runner import run_checks
    from course.learner.progress import remember
    from course.learner.workspace import Workspace
    from course.source.model import Course

    outcome = Outcome(await run_checks(str(which), state))
    course = Course.here()
    if state.folder == course.workspace:
        chapter = course.chapter(str(which).split(".")[0])
        remember(course, Workspace(course), chapter, outcome.results)
    return show_or_return(outcome)


async def close_earlier_lab() -> None:
    """Running the set-up cell again must not leave the first Lab behind."""
    earlier = _earlier() if _earlier is not None else None
    if earlier is not None and in_notebook():
        await earlier.close()


def remember_lab(lab: Lab) -> None:
    """This is the notebook's Lab now."""
    global _earlier
    _earlier = weakref.ref(lab)
    if in_notebook():
        _shorten_browser_errors()


def cells_to_run() -> list[str]:
    """What to do first when something was missed in the learner's own messenger: cells that have not run."""
    from course.learner.progress import not_saved
    from course.learner.workspace import Workspace
    from course.source.model import Course

    course, lab = Course.here(), _earlier() if _earlier is not None else None
    if lab is None or lab.state.folder != course.workspace:
        return []
    try:
        missing = not_saved(course, Workspace(course))
    except CourseError:
        return []
    if not missing:
        return []
    more = f", and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
    return [
        f"Cells that have not run yet save these files: {', '.join(missing[:MOST_NAMED])}{more}.",
        "Run them from the top, then this one again.",
    ]


def _shorten_browser_errors() -> None:
    """A button that is not there is worth two lines, not forty of somebody else's code."""
    from playwright.async_api import Error

    def short(self: Error) -> list[str]:
        return [*str(self).strip().splitlines(), *cells_to_run()]

    Error._render_traceback_ = short  # type: ignore[attr-defined]

"""The Lab of a notebook: it shows what it has, runs the checks, and there is one at a time.

    from course import Lab

    lab = await Lab.open()
    alice, bob = await lab.people("Alice", "Bob")
    await alice.goto("/counter")
    await lab.show(alice, bob)

What it shows is the output of the cell. Outside of a notebook the same methods return it.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from playwright.async_api import Error as PlaywrightError

from course.checks.runner import run_checks
from course.errors import CourseError
from course.lab.app.state import APP, AppState, StateName
from course.lab.errors import PageNotLive
from course.lab.lab import Lab
from course.lab.messenger import notifications
from course.lab.person.person import Person
from course.lab.person.pictures import side_by_side
from course.lab.tables import frames_table, newest_tree, tree_table
from course.learner.progress import not_saved, remember
from course.learner.workspace import Workspace
from course.notebook.outcome import Outcome
from course.notebook.output import Picture, in_notebook, pixel_ratio, show_or_return
from course.source.model import Course

MOST_NAMED = 4


class NotebookLab(Lab):
    """A `Lab` that shows pictures, frames and checks below the cell that asks for them."""

    def __init__(self, state: AppState, data: Path | None, headless: bool) -> None:
        super().__init__(state, data, headless)
        self.scale = pixel_ratio()

    @classmethod
    async def open(
        cls,
        state: StateName = "workspace",
        people: Iterable[str] = (),
        headless: bool = True,
        data: Path | None = None,
        app: str = APP,
    ) -> Self:
        """Open a Lab as `Lab.open` does. Running the cell again closes the one that it has opened before."""
        await _close_earlier()
        lab = await super().open(state, (), headless, data, app)
        _remember(lab)
        for name in people:
            await lab.person(name)
        return lab

    async def show(self, *people: Person) -> Any:
        """Pictures of these people's pages side by side, names above; of everyone when none is named."""
        shown = people or self.everyone
        shots = await asyncio.gather(*(person.picture() for person in shown))
        named = [(person.name, shot) for person, shot in zip(shown, shots, strict=True)]
        png, width = side_by_side(named, pixel_ratio())
        titles = await asyncio.gather(*(person.page.title() for person in shown))
        told = (f"{person.name}: {title}" for person, title in zip(shown, titles, strict=True))
        return show_or_return(Picture(png, width, f"[{'   |   '.join(told)}]"))

    async def frames(self, person: Person, since: int = 0, last: int | None = None) -> Any:
        """A table of the frames on this person's wire.

        Args:
            person: whose.
            since: a mark made by ``person.mark()``.
            last: only so many, the newest.
        """
        chosen = person.frames_since(since)
        return show_or_return(frames_table(chosen[-last:] if last else chosen))

    async def tree(self, person: Person) -> Any:
        """A table of what this person's page was sent when it joined last: the statics and the dynamics."""
        return show_or_return(tree_table(newest_tree(person.frames)))

    async def check(self, which: str | int) -> Any:
        """Run a chapter's checks (``1``), or one of them (``"1.2"``), against this Lab's app."""
        outcome = Outcome(await run_checks(str(which), self.state, scale=pixel_ratio()))
        course = Course.here()
        if self.state.folder == course.workspace:
            chapter = course.chapter(str(which).split(".")[0])
            remember(course, Workspace(course), chapter, outcome.results)
        return show_or_return(outcome)

    async def notifications(self, person: Person, count: int = 0, *, ever: bool = False) -> Any:
        """A table of the notifications that this person's browser shows.

        Args:
            person: whose browser.
            count: how many there will be at least; until then it waits.
            ever: also those that have gone or were replaced, from the first time on that this was called.
        """
        await notifications.count(person)
        look = notifications.calls if ever else notifications.shown
        found = await notifications.so_many(look, person, count)
        return show_or_return(notifications.table(found))

    async def pushes(self) -> Any:
        """A table of what the push service has got."""
        service = await self.push_service()
        return show_or_return(service.table())


_earlier: weakref.ref[NotebookLab] | None = None


async def _close_earlier() -> None:
    """Close the Lab that an earlier run of the set-up cell has opened."""
    earlier = _earlier() if _earlier is not None else None
    if earlier is not None and in_notebook():
        await earlier.close()


def _remember(lab: NotebookLab) -> None:
    """Make this the notebook's Lab."""
    global _earlier
    _earlier = weakref.ref(lab)
    if in_notebook():
        for kind in (PlaywrightError, PageNotLive):
            _shorten(kind)


def _shorten(kind: type[BaseException]) -> None:
    """Show an error of this kind in a few lines: what it says, and which cells have not run yet.

    A button that is not there is worth two lines, not forty of somebody else's code.
    """

    def short(self: BaseException) -> list[str]:
        return [*str(self).strip().splitlines(), *cells_to_run()]

    kind._render_traceback_ = short  # type: ignore[attr-defined]


def cells_to_run() -> list[str]:
    """What to do first when something was missed in the learner's own messenger: cells that have not run."""
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

"""The Lab of a notebook: it shows pictures and tables, runs the checks, and exists once at a time.

    from course import Lab

    lab = await Lab.open()
    alice, bob = await lab.people("Alice", "Bob")
    await alice.goto("/counter")
    await lab.show(alice, bob)

In a notebook its methods show their result as output of the cell; elsewhere they return it.
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
    """A `Lab` that shows pictures, frames and results of checks as output of the cell."""

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
        """Open a Lab as `Lab.open` does. In a notebook, close the one that was open before.

        Raises:
            CourseError: as `Lab.open`.
        """
        await _close_earlier()
        lab = await super().open(state, (), headless, data, app)
        _remember(lab)
        for name in people:
            await lab.person(name)
        return lab

    async def show(self, *people: Person) -> Any:
        """Show pictures of these people's pages side by side, with names; of all when none is given."""
        shown = people or self.everyone
        shots = await asyncio.gather(*(person.picture() for person in shown))
        named = [(person.name, shot) for person, shot in zip(shown, shots, strict=True)]
        png, width = side_by_side(named, pixel_ratio())
        titles = await asyncio.gather(*(person.page.title() for person in shown))
        told = (f"{person.name}: {title}" for person, title in zip(shown, titles, strict=True))
        return show_or_return(Picture(png, width, f"[{'   |   '.join(told)}]"))

    async def frames(self, person: Person, since: int = 0, last: int | None = None) -> Any:
        """Show a table of the frames on a person's wire.

        Args:
            person: the person.
            since: a mark made by ``person.mark()``.
            last: the number of the newest frames to show; all when left out.
        """
        chosen = person.frames_since(since)
        return show_or_return(frames_table(chosen[-last:] if last else chosen))

    async def tree(self, person: Person) -> Any:
        """Show a table of the statics and dynamics that this person's page got when it joined last."""
        return show_or_return(tree_table(newest_tree(person.frames)))

    async def check(self, which: str | int) -> Any:
        """Run a chapter's checks (``1``), or one of them (``"1.2"``), against this Lab's app.

        Raises:
            CourseError: if there is no such check.
        """
        outcome = Outcome(await run_checks(str(which), self.state, scale=pixel_ratio()))
        course = Course.here()
        if self.state.folder == course.workspace:
            chapter = course.chapter(str(which).split(".")[0])
            remember(course, Workspace(course), chapter, outcome.results)
        return show_or_return(outcome)

    async def notifications(self, person: Person, count: int = 0, *, ever: bool = False) -> Any:
        """Show a table of the notifications in a person's browser.

        Args:
            person: the person.
            count: the number of notifications to wait for, at least.
            ever: whether to include those that are closed or replaced, since the first call of this method.
        """
        await notifications.count(person)
        look = notifications.calls if ever else notifications.shown
        found = await notifications.so_many(look, person, count)
        return show_or_return(notifications.table(found))

    async def pushes(self) -> Any:
        """Show a table of the messages that the push service has received."""
        service = await self.push_service()
        return show_or_return(service.table())


_earlier: weakref.ref[NotebookLab] | None = None


async def _close_earlier() -> None:
    """Close the Lab that an earlier run of the set-up cell opened."""
    earlier = _earlier() if _earlier is not None else None
    if earlier is not None and in_notebook():
        await earlier.close()


def _remember(lab: NotebookLab) -> None:
    """Remember the notebook's Lab, and shorten the errors of pages."""
    global _earlier
    _earlier = weakref.ref(lab)
    if in_notebook():
        for kind in (PlaywrightError, PageNotLive):
            _shorten(kind)


def _shorten(kind: type[BaseException]) -> None:
    """Show an error of this kind as its message and the cells that have not run yet, without a traceback.

    The traceback of a missing button would be forty lines of library code.
    """

    def short(self: BaseException) -> list[str]:
        return [*str(self).strip().splitlines(), *cells_to_run()]

    kind._render_traceback_ = short  # type: ignore[attr-defined]


def cells_to_run() -> list[str]:
    """Return advice, as lines, to run the cells that have not saved their files; empty when all have."""
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
        f"Some cells have not run yet. They save these files: {', '.join(missing[:MOST_NAMED])}{more}.",
        "Run the cells from the top, then run this one again.",
    ]

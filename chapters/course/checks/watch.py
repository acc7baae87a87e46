"""``course watch``: after each save the current check runs again, and the next one when it passes.

The checks run in order and stop at the first that does not pass. A save runs that one first. When it passes,
the later ones follow, and then the earlier ones, because a new line may have broken them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.text import Text
from watchfiles import awatch

from course.checks.display import print_result
from course.checks.registry import Check, load_checks, select
from course.checks.report import CheckResult
from course.errors import CourseError
from course.learner.progress import remember, standing
from course.learner.workspace import Workspace
from course.screen import say
from course.source.model import Chapter, Course
from course.source.states import is_leftover

RunOne = Callable[[Check], Awaitable[CheckResult]]

LISTEN = 500
"""Milliseconds after which watchfiles yields without a change."""

IGNORED = ("__pycache__", ".ipynb_checkpoints", "node_modules")


@dataclass
class Round:
    """The result of one round: the checks that passed, and the first that did not."""

    passed: list[CheckResult] = field(default_factory=list)
    stuck: CheckResult | None = None


async def one_round(checks: Sequence[Check], first: str | None, run: RunOne) -> Round:
    """Run checks until one does not pass.

    Args:
        checks: the checks of the chapter, in order.
        first: the id of the check to begin with; those before it come last. None begins with the first.
        run: runs one check.
    """
    start = next((number for number, check in enumerate(checks) if check.id == first), 0)
    found = Round()
    for check in [*checks[start:], *checks[:start]]:
        result = await run(check)
        if not result.passed:
            found.stuck = result
            break
        found.passed.append(result)
    return found


class Watcher:
    """A watcher of the learner's files: it runs the checks and draws the results."""

    def __init__(self, course: Course, console: Console, run: RunOne) -> None:
        self._course = course
        self._workspace = Workspace(course)
        self._console = console
        self._run = run
        self._stuck: str | None = None
        self._chapter: int | None = None

    async def look(self) -> None:
        """Run the checks that are due, and redraw the screen.

        Raises:
            CourseError: if there is no such chapter, or no browser.
        """
        chapter = self._course.chapter(self._workspace.progress.chapter)
        if chapter.number != self._chapter:
            self._chapter, self._stuck = chapter.number, None
        checks = select(str(chapter.number), load_checks())
        with self._console.status("") as status:

            async def run(check: Check) -> CheckResult:
                status.update(f"{check.id}  {check.title} …")
                return await self._run(check)

            found = await one_round(checks, self._stuck, run)
        results = [*found.passed, *([found.stuck] if found.stuck else [])]
        remember(self._course, self._workspace, chapter, results)
        self._stuck = found.stuck.id if found.stuck else None
        self._draw(chapter, found)

    def _draw(self, chapter: Chapter, found: Round) -> None:
        console = self._console
        if console.is_terminal:
            console.clear()
        told = standing(self._course, self._workspace, chapter.number)
        console.print(f"[bold]Chapter {chapter.number}, {chapter.title}[/]")
        console.print(Text(told.bar, style="green" if found.stuck is None else "yellow"))
        if found.stuck is not None:
            console.print()
            print_result(found.stuck, console)
        else:
            after = [other for other in self._course.chapters if other.number > chapter.number]
            following = f" Next: `course start {after[0].number}`." if after else ""
            say(f"\nEvery check of chapter {chapter.number} passes.{following}", "green")
        say("\nSave a file to run the checks again. Ctrl-C stops.", "dim")


def is_own_file(path: str) -> bool:
    """Return whether a path is the learner's own file, and not a cache or an editor's copy."""
    name = Path(path)
    return not (any(part in IGNORED for part in name.parts) or is_leftover(name.name))


async def saves(course: Course) -> AsyncIterator[None]:
    """Yield once at the start, and then after each change in the workspace; changes at one time count once.

    A file saved while the caller works is not missed: listening begins before the first yield.
    """
    folders = [course.workspace / "messenger", course.workspace / "static"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    records = course.workspace / ".course"
    records.mkdir(parents=True, exist_ok=True)
    first = True
    async for changes in awatch(
        *folders,
        watch_filter=lambda _, path: is_own_file(path),
        rust_timeout=LISTEN,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if first or changes:
            yield
        first = False


async def watch(course: Course, console: Console) -> None:
    """Run the checks now and after every save, until Ctrl-C. The browser stays open meanwhile."""
    # These two need Playwright, which is slow to import.
    from course.checks.runner import run_checks
    from course.lab.person.shared_browser import held_browser

    async def run(check: Check) -> CheckResult:
        (result,) = await run_checks([check], "workspace")
        return result

    watcher = Watcher(course, console, run)
    async with held_browser():
        async for _ in saves(course):
            try:
                await watcher.look()
            except CourseError as error:
                say(f"{error.message} {error.advice}", "red")

"""The commands for checks: check, hint, watch."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import sys

import click
from rich.markdown import Markdown
from rich.markup import escape

from course.checks.display import print_result
from course.checks.registry import load_checks, select
from course.checks.report import CheckResult, summary
from course.checks.watch import watch as follow
from course.cli.learner import built, current_chapter, next_step
from course.errors import CourseError
from course.learner.progress import drawn, remember, standing
from course.learner.workspace import Workspace
from course.screen import say, screen
from course.source.hints import hints_for
from course.source.model import Chapter, Course

PATIENCE = 5.0


@click.command()
@click.argument("what", metavar="[N[.k]]", required=False)
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks.")
@click.option(
    "--json", "data", is_flag=True, help="Print the results as JSON, for a dashboard of your class."
)
@click.option(
    "--patience",
    type=click.FloatRange(0.1, 600),
    default=PATIENCE,
    show_default=True,
    envvar="PARLEY_PATIENCE",
    help="Seconds to wait for a result in a page; more for a slow machine. Also PARLEY_PATIENCE.",
)
@click.pass_context
def check(context: click.Context, what: str | None, verbose: bool, data: bool, patience: float) -> None:
    """Check whether the chapter is done: real browsers try your files. N.k tries one check or exercise."""
    course = Course.here()
    workspace = Workspace(course)
    try:
        name, only = split_check(what)
        chapter = built(course, name or current_chapter(workspace))
        verbose = verbose or bool(context.obj)
        results = run_checks(course, chapter, only, patience, None if data else _Printer(course, verbose))
    except CourseError as error:
        if not data:
            raise
        click.echo(json.dumps({"error": error.message, "advice": error.advice}, indent=1))
        sys.exit(1)
    green = bool(results) and all(result.passed for result in results)
    done = remember(course, workspace, chapter, results)
    if data:
        click.echo(json.dumps(report(chapter, results, green), indent=1))
    else:
        say(f"\n{summary(results)}", "green" if green else "bold")
        if done:
            say(next_step(course, workspace))
    if not green:
        sys.exit(1)


def report(chapter: Chapter, results: list[CheckResult], green: bool) -> dict[str, object]:
    """Return the data that `course check --json` prints."""
    return {
        "chapter": chapter.number,
        "title": chapter.title,
        "passed": green,
        "summary": summary(results),
        "checks": [result.to_json() for result in results],
    }


class _Printer:
    """Prints each result as it comes, and below it the check that is being tried."""

    def __init__(self, course: Course, verbose: bool) -> None:
        self._course = course
        self._verbose = verbose
        self._before: CheckResult | None = None
        self.console = screen()

    def result(self, result: CheckResult) -> None:
        """Print one result; with ``-v`` the server's log of a failed check as well."""
        print_result(result, self.console, self._before)
        self._before = result
        log = self._course.root / result.artefacts / "server.log"
        if self._verbose and not result.passed and log.is_file():
            text = log.read_text(encoding="utf-8", errors="replace")
            self.console.print(text, style="dim", markup=False)


def run_checks(
    course: Course, chapter: Chapter, only: str | None, patience: float, printer: _Printer | None
) -> list[CheckResult]:
    """Run checks on the workspace, with a line that shows the progress; return their results."""
    # The runner imports Playwright, which is slow, and most commands do not need it.
    from course.checks.runner import run_checks as run_all

    chosen = select(f"{chapter.number}.{only}" if only else str(chapter.number), load_checks())
    if printer is None:
        return asyncio.run(run_all(chosen, "workspace", patience=patience))
    tried = 0

    def line() -> str:
        now = chosen[tried].title if tried < len(chosen) else "closing the browsers"
        return f"{drawn(tried, len(chosen))} {tried} of {len(chosen)}  [dim]{escape(now)} …[/]"

    with printer.console.status(line()) as status:

        def on_result(result: CheckResult) -> None:
            nonlocal tried
            tried += 1
            printer.result(result)
            status.update(line())

        return asyncio.run(run_all(chosen, "workspace", patience=patience, on_result=on_result))


@click.command()
@click.argument("what", metavar="[N.k]", required=False)
@click.option("--all", "everything", is_flag=True, help="Show all steps at once.")
def hint(what: str | None, everything: bool) -> None:
    """Show a hint for one check, by default the current one; ask again for a plainer one (three steps)."""
    course = Course.here()
    workspace = Workspace(course)
    check_id = which_hint(course, workspace, what)
    hints = hints_for(course.chapter(check_id.split(".")[0]), check_id)
    total = len(hints.steps)
    shown = total if everything else workspace.progress.next_hint(hints.check, total)
    console = screen()
    console.print(f"[bold]{hints.check}[/] {hints.title}")
    for number, step in enumerate(hints.steps[:shown], start=1):
        console.print(f"[dim]hint {number} of {total}[/]")
        console.print(Markdown(step))
    if shown < total:
        say(f"Not enough? `course hint {hints.check}` again.", "dim")


def which_hint(course: Course, workspace: Workspace, what: str | None) -> str:
    """Return the id of a check: the given one, such as ``1.2``, or by default the current one.

    Raises:
        CourseError: if no chapter is begun, all its checks have passed, or ``what`` is not the id of a check.
    """
    if what is None:
        found = standing(course, workspace, current_chapter(workspace))
        if found.current is None:
            raise CourseError(
                f"Every check of chapter {found.chapter.number} has passed.",
                f"For the hints of one of them, write for example `course hint {found.chapter.number}.1`.",
            )
        return found.current.id
    name, only = split_check(what)
    if only is None or name is None:
        raise CourseError(f"{what!r} is not the number of a check.", "Write for example `course hint 1.2`.")
    return f"{course.chapter(name).number}.{only}"


def split_check(what: str | None) -> tuple[str | None, str | None]:
    """Split into chapter and check: ``6`` → ("6", None); ``6.2`` → ("6", "2"); nothing → (None, None)."""
    if not what:
        return None, None
    match = re.fullmatch(r"(\w+)\.(\w+)", what)
    return (match[1], match[2]) if match else (what, None)


@click.command()
def watch() -> None:
    """Check your files again whenever you save one, check by check, until Ctrl-C."""
    course = Course.here()
    current_chapter(Workspace(course))
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow(course, screen()))
    say("Stopped.")

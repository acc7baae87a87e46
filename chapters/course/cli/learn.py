"""The commands a learner lives with: list, start, check, hint, diff, merge, reset."""

from __future__ import annotations

import asyncio
import re
import sys

import click
from rich.markdown import Markdown
from rich.table import Table

from course.cli.screen import complain, count, say, screen
from course.differences import compare, in_terminal
from course.errors import CourseError
from course.hints import hints_for
from course.merging import Labels, merge_states
from course.model import Chapter, Course
from course.states import fold, previous, write_state
from course.workspace import Workspace


def overview() -> None:
    """Where the learner is, and what comes next."""
    course = Course.here()
    workspace = Workspace(course)
    _print_list(course, workspace)
    say(next_step(course, workspace))


def next_step(course: Course, workspace: Workspace) -> str:
    """The one thing to do now."""
    number = workspace.progress.chapter
    if not course.chapters:
        return "There are no chapters yet."
    if number == 0:
        first = course.chapters[0]
        return (
            f"Next: `course start {first.number}`, then open notebooks/{first.notebook_name} (`course lab`)."
        )
    chapter = course.chapter(number)
    if number in workspace.progress.done:
        following = next((other for other in course.chapters if other.number > number), None)
        if following is None:
            return (
                f"Chapter {number} is done, and so is the course so far. `course run` serves your messenger."
            )
        return f"Chapter {number} is done. Next: `course start {following.number}`."
    left = len(compare(workspace.files(), fold(course, number)))
    if left == 0:
        return f"Your files are those of chapter {number}. Next: `course check`."
    return (
        f"You are in chapter {number}; {count(left, 'file')} to go (`course diff`).\n"
        f"Next: go on in notebooks/{chapter.notebook_name}, then `course check`."
    )


def _print_list(course: Course, workspace: Workspace) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, justify in (("", "left"), ("", "right"), ("chapter", "left"), ("minutes", "right")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for chapter in course.chapters:
        done = chapter.number in workspace.progress.done
        current = chapter.number == workspace.progress.chapter
        mark = "[green]✓[/]" if done else "[yellow]▸[/]" if current else " "
        title = f"[bold]{chapter.title}[/]" if current else chapter.title
        table.add_row(mark, str(chapter.number), title, str(chapter.minutes))
    screen().print(table)


@click.command("list")
def listing() -> None:
    """The chapters, and how far you are."""
    course = Course.here()
    _print_list(course, Workspace(course))


@click.command()
@click.argument("chapter", metavar="N")
def start(chapter: str) -> None:
    """Begin chapter N: your workspace becomes the end of chapter N-1; a copy of your own work is kept."""
    course = Course.here()
    found = _built(course, chapter)
    started = Workspace(course).start(found)
    if started.kept:
        say(f"Your own files are kept in {course.relative(started.kept)}.", "yellow")
    held = "empty" if not previous(course, found) else f"the end of chapter {found.number - 1}"
    say(f"Chapter {found.number}, {found.title}: your workspace is {held}.", "green")
    say(f"Open {course.relative(started.notebook)} in JupyterLab (`course lab`).")


@click.command()
@click.argument("what", metavar="[N[.k]]", required=False)
@click.option("-v", "--verbose", is_flag=True, help="Show tracebacks.")
@click.pass_context
def check(context: click.Context, what: str | None, verbose: bool) -> None:
    """Is the chapter done? Real browsers try your workspace. N.k tries one check or exercise."""
    course = Course.here()
    workspace = Workspace(course)
    name, only = _split_check(what)
    chapter = _built(course, name or current_chapter(workspace))
    green = run_checks(course, chapter, only, verbose or bool(context.obj))
    if only is None:
        workspace.progress.record(chapter.number, green)
        if green:
            say(next_step(course, workspace))
    if not green:
        sys.exit(1)


def run_checks(course: Course, chapter: Chapter, only: str | None, verbose: bool) -> bool:
    """Runs the browser checks on the workspace, printing each result as it comes; True when all pass."""
    from course.checks.display import print_result
    from course.checks.report import CheckResult, summary
    from course.checks.runner import run_checks as run_all

    console = screen()
    which = f"{chapter.number}.{only}" if only else str(chapter.number)

    def on_result(result: CheckResult) -> None:
        print_result(result, console)
        log = course.root / result.artefacts / "server.log"
        if verbose and not result.passed and log.is_file():
            console.print(log.read_text(encoding="utf-8", errors="replace"), style="dim", markup=False)

    with console.status(
        f"Chapter {chapter.number}, {chapter.title}: trying your workspace in a real browser …"
    ):
        results = asyncio.run(run_all(which, "workspace", on_result=on_result))
    green = bool(results) and all(result.passed for result in results)
    say(f"\n{summary(results)}", "green" if green else "bold")
    return green


@click.command()
@click.argument("what", metavar="N.k")
@click.option("--all", "everything", is_flag=True, help="All steps at once.")
def hint(what: str, everything: bool) -> None:
    """A hint for one check; ask again for a plainer one (three steps)."""
    course = Course.here()
    name, only = _split_check(what)
    if only is None or name is None:
        raise CourseError(f"{what!r} names no check.", "Write for example `course hint 1.2`.")
    chapter = course.chapter(name)
    hints = hints_for(chapter, f"{chapter.number}.{only}")
    total = len(hints.steps)
    shown = total if everything else Workspace(course).progress.next_hint(hints.check, total)
    console = screen()
    console.print(f"[bold]{hints.check}[/] {hints.title}")
    for number, step in enumerate(hints.steps[:shown], start=1):
        console.print(f"[dim]hint {number} of {total}[/]")
        console.print(Markdown(step))
    if shown < total:
        say(f"Not enough? `course hint {hints.check}` again.", "dim")


@click.command()
@click.argument("path", required=False)
def diff(path: str | None) -> None:
    """Your files against the chapter's: green is what the chapter has, red what only you have."""
    course = Course.here()
    workspace = Workspace(course)
    chapter = _built(course, current_chapter(workspace))
    differences = compare(workspace.files(), fold(course, chapter.number))
    if path:
        differences = [difference for difference in differences if difference.path == path]
    if not differences:
        which = path or "Your workspace"
        say(f"{which} is as chapter {chapter.number} leaves it.", "green")
        return
    console = screen()
    for difference in differences:
        console.print(f"[bold]{difference.summary}[/]")
        if difference.mine is not None and difference.theirs is not None:
            console.print(in_terminal(*difference.texts()))


@click.command()
@click.argument("chapter", metavar="N")
def merge(chapter: str) -> None:
    """Bring chapter N's changes into your own files, line by line; a copy of them is kept."""
    course = Course.here()
    workspace = Workspace(course)
    found = _built(course, chapter)
    files = workspace.files()
    kept = workspace.kept.keep(workspace.own_files(files))
    labels = Labels("yours", f"before chapter {found.number}", f"chapter {found.number}")
    merged = merge_states(files, previous(course, found), fold(course, found.number), labels)
    write_state(merged.files, workspace.folder)
    workspace.progress.chapter = found.number
    if kept:
        say(f"Your own files as they were are kept in {course.relative(kept)}.", "yellow")
    for path in merged.changed:
        outcome = "conflict" if path in merged.conflicts else "merged" if path in merged.files else "removed"
        say(f"  {outcome:<8} {path}")
    for remark in merged.remarks:
        say(f"  {remark}")
    if merged.conflicts:
        complain(
            f"{count(len(merged.conflicts), 'conflict')}: chapter {found.number} changes lines of yours.",
            "Look for <<<<<<< in the files above, keep what should stay, then `course check`.",
        )
        sys.exit(1)
    say(f"Your workspace has chapter {found.number} now. Next: `course check`.", "green")


@click.command()
@click.argument("chapter", metavar="[N]", required=False)
@click.argument("path", metavar="[FILE]", required=False)
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def reset(chapter: str | None, path: str | None, yes: bool) -> None:
    """Put chapter N's beginning back, whole or one FILE; asks first, and keeps a copy of your own work."""
    course = Course.here()
    workspace = Workspace(course)
    if chapter and path is None and "/" in chapter.replace("\\", "/"):
        chapter, path = None, chapter
    found = _built(course, chapter or current_chapter(workspace))
    path = path and path.replace("\\", "/").removeprefix("workspace/")
    what = path or "Your whole workspace"
    question = f"{what} will be as chapter {found.number} begins. A copy of yours is kept. Go on?"
    if not yes and not click.confirm(question):
        say("Nothing was changed.")
        sys.exit(1)
    touched, kept = workspace.reset(found, path)
    if kept:
        say(f"Your own version is kept in {course.relative(kept)}.", "yellow")
    say(f"{what} is as chapter {found.number} begins ({count(len(touched), 'file')} written).", "green")


def _split_check(what: str | None) -> tuple[str | None, str | None]:
    """``6`` → ("6", None); ``6.2`` or ``6.a`` → ("6", "2"); nothing → (None, None)."""
    if not what:
        return None, None
    match = re.fullmatch(r"(\w+)\.(\w+)", what)
    return (match[1], match[2]) if match else (what, None)


def current_chapter(workspace: Workspace) -> int:
    """The number of the chapter in work. Raises `CourseError` before the first."""
    number = workspace.progress.chapter
    if number == 0:
        raise CourseError("You have not begun a chapter yet.", "Begin with `course start 1`.")
    return number


def _built(course: Course, name: str | int) -> Chapter:
    """A chapter that has files of its own, so not the welcome chapter."""
    chapter = course.chapter(name)
    if chapter not in course.chapters:
        raise CourseError("The welcome chapter has nothing to do here.", "Begin with `course start 1`.")
    return chapter

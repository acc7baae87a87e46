"""The daily commands of a learner: list, start, diff, merge, reset; `course.cli.checks` has more."""

from __future__ import annotations

import json
import sys

import click
from rich.table import Table

from course.errors import CourseError
from course.learner.progress import as_json, files_left, standing
from course.learner.workspace import Workspace
from course.screen import complain, count, say, screen
from course.source.differences import compare, in_terminal
from course.source.merging import Labels, merge_states
from course.source.model import Chapter, Course
from course.source.states import Files, fold, overlay, previous
from course.state_folder import write_state


def overview() -> None:
    """Show the learner's progress, and the next step."""
    course = Course.here()
    workspace = Workspace(course)
    _print_list(course, workspace)
    say(next_step(course, workspace))


def next_step(course: Course, workspace: Workspace) -> str:
    """Return the next step in one or two lines."""
    number = workspace.progress.chapter
    if not course.chapters:
        return "There are no chapters yet."
    if number == 0:
        first = course.chapters[0]
        where = course.relative(workspace.notebook(first))
        return f"Next: `course start {first.number}`, then open {where} (`course lab`)."
    chapter = course.chapter(number)
    if number in workspace.progress.done:
        following = next((other for other in course.chapters if other.number > number), None)
        if following is None:
            return f"Chapter {number} is done, and it is the last one. `course run` serves your messenger."
        return f"Chapter {number} is done. Next: `course start {following.number}`."
    found = standing(course, workspace, number)
    tried = any(step.verdict for step in found.own_steps)
    now = ""
    if tried and found.current is not None:
        now = (
            f"{found.bar} checks pass. Now: {found.current.id} {found.current.title} "
            f"(`course hint {found.current.id}`).\n"
        )
    left = files_left(course, workspace, chapter)
    if left == 0:
        return f"{now}Your files are those of chapter {number}. Next: `course check`."
    return (
        f"{now}You are in chapter {number}; {count(left, 'file')} to go (`course diff`).\n"
        f"Next: go on in {course.relative(workspace.notebook(chapter))}, then `course check`."
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
@click.option(
    "--json", "data", is_flag=True, help="Print JSON with every check, for a dashboard of your class."
)
def listing(data: bool) -> None:
    """List the chapters, and show your progress."""
    course = Course.here()
    if data:
        click.echo(json.dumps(as_json(course, Workspace(course)), indent=1))
    else:
        _print_list(course, Workspace(course))


@click.command()
@click.argument("chapter", metavar="N")
def start(chapter: str) -> None:
    """Begin chapter N: your workspace becomes the end of chapter N-1; a copy of your own work is kept."""
    course = Course.here()
    found = built(course, chapter)
    started = Workspace(course).start(found)
    if started.kept:
        say(f"Your own files are kept in {course.relative(started.kept)}.", "yellow")
    held = "empty" if not previous(course, found) else f"the end of chapter {found.number - 1}"
    say(f"Chapter {found.number}, {found.title}: your workspace is {held}.", "green")
    say(f"Open {course.relative(started.notebook)} in JupyterLab (`course lab`).")


@click.command()
@click.argument("path", required=False)
def diff(path: str | None) -> None:
    """Compare your files with the chapter's: green lines are only in the chapter, red ones only in yours."""
    course = Course.here()
    workspace = Workspace(course)
    chapter = built(course, current_chapter(workspace))
    files, wanted = workspace.files(), fold(course, chapter.number)
    differences = compare(files, wanted)
    if path:
        path = in_workspace(path)
        if path not in files and path not in wanted:
            raise CourseError(
                f"There is no {path}, neither in your workspace nor in chapter {chapter.number}.",
                "`course diff` lists all files that differ.",
            )
        differences = [difference for difference in differences if difference.path == path]
    if not differences:
        which = path or "Your workspace"
        say(f"{which} is as at the end of chapter {chapter.number}.", "green")
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
    found = built(course, chapter)
    begun = workspace.progress.chapter
    if found.number > begun + 1:
        raise CourseError(
            f"Chapter {found.number} builds on chapter {found.number - 1}, and you "
            f"{f'are in chapter {begun}' if begun else 'have not begun a chapter'}.",
            f"`course merge {begun + 1}` brings in the next chapter; "
            f"`course start {found.number}` begins chapter {found.number} with the course's files.",
        )
    files = workspace.files()
    require_built(course, found, files)
    kept = workspace.kept.keep(workspace.own_files(files))
    labels = Labels("yours", f"before chapter {found.number}", f"chapter {found.number}")
    merged = merge_states(files, previous(course, found), fold(course, found.number), labels)
    write_state(merged.files, workspace.folder)
    workspace.progress.chapter = found.number
    workspace.progress.forget(found.number)
    if kept:
        say(f"Your own files as they were are kept in {course.relative(kept)}.", "yellow")
    for path in merged.changed:
        outcome = "merged" if path in files else "added"
        if path in merged.conflicts:
            outcome = "conflict"
        elif path not in merged.files:
            outcome = "removed"
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
    """Restore the start of chapter N, or one FILE; asks first, and keeps a copy of your own work."""
    course = Course.here()
    workspace = Workspace(course)
    if chapter and path is None and "/" in chapter.replace("\\", "/"):
        chapter, path = None, chapter
    found = built(course, chapter or current_chapter(workspace))
    path = path and in_workspace(path)
    what = path or "Your whole workspace"
    question = f"{what} will be as at the start of chapter {found.number}. A copy of yours is kept. Go on?"
    if not yes and not click.confirm(question):
        say("Nothing was changed.")
        sys.exit(1)
    touched, kept = workspace.reset(found, path)
    if kept:
        say(f"Your own version is kept in {course.relative(kept)}.", "yellow")
    say(
        f"{what} is as at the start of chapter {found.number} ({count(len(touched), 'file')} written).",
        "green",
    )


def require_built(course: Course, chapter: Chapter, files: Files) -> None:
    """Make sure that a chapter can be begun.

    Raises:
        CourseError: if files are missing that the chapter before it adds or changes.
    """
    before = [other for other in course.chapters if other.number < chapter.number]
    missing = sorted(set(overlay(before[-1])) - set(files)) if before else []
    if missing:
        raise CourseError(
            f"Your workspace lacks files of chapter {before[-1].number}: {', '.join(missing[:3])}"
            f"{f' and {len(missing) - 3} more' if len(missing) > 3 else ''}.",
            f"`course merge {before[-1].number}` brings that chapter in first; "
            f"`course start {chapter.number}` begins chapter {chapter.number} with the course's files.",
        )


def in_workspace(path: str) -> str:
    """Return a path that a learner has typed in the form of the course: ``messenger/chat.py``."""
    return path.replace("\\", "/").removeprefix("./").removeprefix("workspace/")


def current_chapter(workspace: Workspace) -> int:
    """Return the number of the chapter that the learner has begun.

    Raises:
        CourseError: if none is begun yet.
    """
    number = workspace.progress.chapter
    if number == 0:
        raise CourseError("You have not begun a chapter yet.", "Begin with `course start 1`.")
    return number


def built(course: Course, name: str | int) -> Chapter:
    """Return a chapter that has files of its own.

    Raises:
        CourseError: if there is no such chapter, or it is the welcome chapter.
    """
    chapter = course.chapter(name)
    if chapter not in course.chapters:
        raise CourseError("The welcome chapter has no files to work on.", "Begin with `course start 1`.")
    return chapter

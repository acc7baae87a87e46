"""The evidence of a check that did not pass: frames, errors, pictures, and files that differ."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from playwright.async_api import Error as PlaywrightError

from course.checks.registry import Check
from course.checks.report import CheckResult, render_result
from course.lab.app.process import AppError
from course.lab.app.state import AppState
from course.lab.lab import Lab
from course.lab.link.frames import Frame
from course.lab.person.person import Person
from course.lab.tables import frames_table
from course.learner.workspace import Workspace
from course.source.differences import changed_places
from course.source.model import Course
from course.source.states import fold, plain, read_tree, same_text
from course.source.syntax import problem_in

LAST_FRAMES = 4
MOST_FILES = 6
MOST_PLACES = 2
QUIET = ("heartbeat", "opened")


def last_frames(people: Iterable[Person]) -> tuple[str, ...]:
    """Return the last few frames of all people, one phrase each, without heartbeats."""
    frames: list[Frame] = [frame for person in people for frame in person.frames]
    frames = [frame for frame in frames if frame.kind not in QUIET]
    frames.sort(key=lambda frame: frame.at)
    return tuple(str(frame) for frame in frames[-LAST_FRAMES:])


def page_lines(people: Iterable[Person], forgiven: Sequence[str]) -> tuple[str, ...]:
    """Return the first script error in a browser that the check did not cause on purpose, with its place."""
    for person in people:
        for message in person.console:
            if message.is_error and not any(text in message.text for text in forgiven):
                place = f"{message.place} in" if message.place else "in"
                return (f"{place} {person.name}'s browser:", " ".join(message.text.split()))
    return ()


def own_lines(raised: Sequence[AppError], forgiven: Sequence[str], state: AppState) -> tuple[str, ...]:
    """Return the first exception that the check did not cause on purpose, cut to the learner's own lines."""
    for error in raised:
        if not any(text in error.message for text in forgiven):
            return tuple(error.own_lines(state.folder))
    return ()


def differing_files(check: Check, state: AppState, course: Course) -> tuple[str, ...]:
    """Return the files of the check that differ from the chapter's, one phrase each.

    The check of an exercise compares with its solution, so that no right line is named.
    """
    wanted = fold(course, check.chapter, check.exercise)
    begun = fold(course, check.chapter) if check.exercise else {}
    present = read_tree(state.folder)

    def told(paths: Iterable[str]) -> list[str]:
        lines = []
        for path in paths:
            if path not in present:
                lines.append(f"{path} is missing{to_come(check, path, state, course)}")
            elif not same_text(present[path], wanted.get(path, b"")):
                where = to_come(check, path, state, course)
                if not where and same_text(present[path], begun.get(path)):
                    lines.append(f"{path} is as the exercise begins")
                    continue
                from_what = " from the solution" if check.exercise else ""
                where = where or places(present[path], wanted.get(path, b""))
                lines.append(f"{path} differs{from_what}{where}")
        return lines

    mine = told(path for path in check.files if path in wanted)
    # The files of the check come first; when they are right, any other file may be the cause.
    others = mine or told(sorted(set(wanted) - set(check.files)))
    return tuple(others[:MOST_FILES]) + (("…",) if len(others) > MOST_FILES else ())


def places(mine: bytes, theirs: bytes) -> str:
    """Return the lines in which two versions of a file differ, as a phrase; empty when there are many."""
    try:
        found = changed_places(plain(mine).decode("utf-8"), plain(theirs).decode("utf-8"))
    except UnicodeDecodeError:
        return ""
    if not found or len(found) > MOST_PLACES:
        return ""
    return f" in line {' and '.join(str(line) for line in found)}"


def to_come(check: Check, path: str, state: AppState, course: Course) -> str:
    """Return the cells that still have to run for a file, as a phrase; empty when none of them has run."""
    if state.folder != course.workspace:
        return ""
    missing, total = Workspace(course).parts.missing(check.chapter, path)
    if not missing:
        return ""
    cells = " and ".join(f"{number}/{total}" for number in missing)
    return f" (still to run: the cell{'s' if len(missing) > 1 else ''} with part {cells})"


def unreadable(state: AppState) -> str:
    """Return the first file that does not parse, with line and reason; empty when all do."""
    for path, content in read_tree(state.folder).items():
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            if path.endswith((".py", ".html", ".js", ".css")):
                return f"{path} is not text in UTF-8"
            continue
        problem = problem_in(path, text)
        if problem is not None:
            lines = text.splitlines()
            shown = lines[problem.line - 1].strip() if problem.line <= len(lines) else "the end of the file"
            return f"{path}, line {problem.line}: {problem.message}: {shown}"
    return ""


async def keep_evidence(result: CheckResult, people: Iterable[Person], lab: Lab | None, folder: Path) -> None:
    """Write the report, each person's picture, frames and console, and the server's log into a folder."""
    _make(folder)
    _write(folder / "report.txt", render_result(result) + "\n")
    _write(folder / "report.json", json.dumps(result.to_json(), ensure_ascii=False, indent=1) + "\n")
    for person in people:
        name = person.name.lower().replace(" ", "_")
        _write(folder / f"{name}_frames.txt", f"{frames_table(person.frames)!r}\n")
        _write(folder / f"{name}_console.txt", "".join(f"{m.kind}: {m.text}\n" for m in person.console))
        # A browser that has crashed gives no picture; the other files are still useful.
        with contextlib.suppress(PlaywrightError):
            (folder / f"{name}.png").write_bytes(await person.picture())
    if lab is not None:
        _write(folder / "server.log", lab.log_text())


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


def _write(path: Path, text: str) -> None:
    # The console may contain a lone surrogate, which UTF-8 cannot encode.
    path.write_text(text, encoding="utf-8", errors="backslashreplace")

"""A learner's progress: the checks of a chapter that pass, and the one to do next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from course.learner.workspace import Workspace
from course.source.differences import compare
from course.source.hints import hints_of
from course.source.model import Chapter, Course
from course.source.states import fold, previous, same_text

BAR = 20


class Tried(Protocol):
    """The remembered part of a result, such as a `course.checks.report.CheckResult`."""

    @property
    def id(self) -> str:
        """The id of the check."""

    @property
    def verdict(self) -> str:
        """``passed``, ``failed`` or ``error``."""


@dataclass(frozen=True)
class Step:
    """One check of a chapter with its last verdict, which is empty before its first run."""

    id: str
    title: str
    verdict: str = ""

    @property
    def exercise(self) -> bool:
        """Whether it belongs to an exercise; a chapter is done without those."""
        return not self.id.split(".")[1].isdecimal()


@dataclass(frozen=True)
class Standing:
    """The learner's progress in a chapter.

    Attributes:
        chapter: the chapter.
        steps: its checks, in order, those of exercises last.
        done: whether all its own checks passed in the last complete run.
    """

    chapter: Chapter
    steps: tuple[Step, ...]
    done: bool

    @property
    def own_steps(self) -> tuple[Step, ...]:
        """The chapter's own checks, without those of exercises."""
        return tuple(step for step in self.steps if not step.exercise)

    @property
    def passed(self) -> int:
        """The number of its own checks that passed in their last run."""
        return sum(step.verdict == "passed" for step in self.own_steps)

    @property
    def current(self) -> Step | None:
        """The first of its own checks that has not passed; None when all have."""
        return next((step for step in self.own_steps if step.verdict != "passed"), None)

    @property
    def bar(self) -> str:
        """A progress bar with the count: ``▰▰▰▰▱▱▱▱ 6 of 12``."""
        total = len(self.own_steps)
        return f"{drawn(self.passed, total)} {self.passed} of {total}"


def drawn(passed: int, total: int) -> str:
    """Draw a progress bar, which is full only when all have passed."""
    full = BAR * passed // total if total else 0
    return "▰" * full + "▱" * (BAR - full)


def standing(course: Course, workspace: Workspace, number: int) -> Standing:
    """Return the learner's progress in a chapter. Its checks are read from its hints; a test compares them.

    Raises:
        CourseError: if there is no such chapter.
    """
    chapter = course.chapter(number)
    verdicts = workspace.progress.verdicts
    steps = (
        Step(hints.check, hints.title, verdicts.get(hints.check, "")) for hints in hints_of(chapter).values()
    )
    ordered = sorted(steps, key=lambda step: step.exercise)
    return Standing(chapter, tuple(ordered), number in workspace.progress.done)


def remember(course: Course, workspace: Workspace, chapter: Chapter, results: Iterable[Tried]) -> bool:
    """Remember results of checks on the learner's files. Return whether the chapter is done with them."""
    verdicts = {result.id: result.verdict for result in results}
    workspace.progress.note(verdicts)
    steps = standing(course, workspace, chapter.number).own_steps
    if not all(step.id in verdicts for step in steps):
        return False
    green = bool(verdicts) and all(verdict == "passed" for verdict in verdicts.values())
    workspace.progress.record(chapter.number, green)
    return green


def not_saved(course: Course, workspace: Workspace) -> list[str]:
    """Return the files of the current chapter that its cells have not written yet, with the missing parts."""
    number = workspace.progress.chapter
    if not number:
        return []
    chapter = course.chapter(number)
    wanted, begun, present = fold(course, number), previous(course, chapter), workspace.files()
    told = []
    for path, content in wanted.items():
        missing, total = workspace.parts.missing(number, path)
        if missing:
            told.append(f"{path} (part {' and '.join(f'{part}/{total}' for part in missing)})")
        elif path not in present or (
            content != begun.get(path) and same_text(present[path], begun.get(path))
        ):
            told.append(path)
    return told


def files_left(course: Course, workspace: Workspace, chapter: Chapter) -> int:
    """Return the number of files that differ from the chapter's end."""
    return len(compare(workspace.files(), fold(course, chapter.number)))


def as_json(course: Course, workspace: Workspace) -> dict[str, Any]:
    """Return the progress in all chapters as plain data, for a dashboard of a class."""
    chapters = []
    for chapter in course.chapters:
        found = standing(course, workspace, chapter.number)
        chapters.append(
            {
                "number": chapter.number,
                "title": chapter.title,
                "minutes": chapter.minutes,
                "done": found.done,
                "checks": [
                    {
                        "id": step.id,
                        "title": step.title,
                        "exercise": step.exercise,
                        "verdict": step.verdict or None,
                    }
                    for step in found.steps
                ],
            }
        )
    return {"chapter": workspace.progress.chapter, "workspace": str(workspace.folder), "chapters": chapters}

"""Ripple and absorb: carrying edits between chapters.

*Ripple* takes an edit of an early chapter's file forward, chapter by chapter, by three-way merges; it stops
at the first conflict. *Absorb* takes an edit of the finished app back into the chapter that last wrote the
file.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from course.differences import compare
from course.errors import CourseError
from course.merging import Labels, merge_text
from course.model import Chapter, Course
from course.states import committed_app, fold, origin, overlay


@dataclass(frozen=True)
class Carried:
    """One file that took an edit; ``conflicts`` counts the places left between merge marks."""

    chapter: Chapter
    path: str
    conflicts: int = 0


def ripple(course: Course, since: str = "HEAD") -> list[Carried]:
    """Carries what changed in the overlays since a commit into later chapters that have the same files."""
    carried: list[Carried] = []
    for chapter in course.chapters:
        for path, content in sorted(overlay(chapter).items()):
            old = committed(course, chapter, path, since)
            if old is None or old == content:
                continue
            following = _next_with(course, chapter, path)
            if following is None:
                continue
            step = _carry(following, path, old, content, chapter)
            if step is not None:
                carried.append(step)
                if step.conflicts:
                    return carried
    return carried


def _next_with(course: Course, chapter: Chapter, path: str) -> Chapter | None:
    """The next chapter that has the file, unless one in between takes it away."""
    for other in course.chapters:
        if other.number > chapter.number:
            if path in other.remove:
                return None
            if (other.files_dir / path).is_file():
                return other
    return None


def _carry(into: Chapter, path: str, old: bytes, new: bytes, source: Chapter) -> Carried | None:
    target = into.files_dir / path
    present = target.read_bytes()
    labels = Labels(
        f"chapter {into.number}",
        f"chapter {source.number} before the edit",
        f"chapter {source.number} edited",
    )
    merged, conflicts = merge_text(present, old, new, labels)
    if merged == present:
        return None
    target.write_bytes(merged)
    return Carried(into, path, conflicts)


def committed(course: Course, chapter: Chapter, path: str, revision: str) -> bytes | None:
    """A chapter's file as it stands in a commit; None when that commit has none."""
    name = f"{revision}:./chapters/{chapter.folder}/files/{path}"
    try:
        run = subprocess.run(["git", "show", name], cwd=course.root, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise CourseError("git is needed for this.", "Install git, then try again.") from error
    return run.stdout if run.returncode == 0 else None


def absorb(course: Course) -> tuple[list[Carried], list[str]]:
    """Writes the edits of ``app/messenger`` and ``static`` into the chapters.

    Returns what was carried, and the paths that no chapter can take: files it does not know, and missing
    ones.
    """
    carried: list[Carried] = []
    left: list[str] = []
    for difference in compare(committed_app(course), fold(course, course.last)):
        chapter = origin(course, difference.path)
        if chapter is None or difference.mine is None:
            left.append(difference.path)
            continue
        (chapter.files_dir / difference.path).write_bytes(difference.mine)
        carried.append(Carried(chapter, difference.path))
    return carried, left

"""Ripple and absorb: carrying edits between chapters.

*Ripple* takes an edit of an early chapter's file forward, chapter by chapter, by three-way merges; it stops
at the first conflict. *Absorb* takes an edit of the finished app back into the chapter that last wrote the
file.
"""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError
from course.files import read_json, write_json
from course.source.differences import compare
from course.source.merging import Labels, merge_text
from course.source.model import Chapter, Course
from course.source.states import committed_app, fold, origin, overlay

MARK = b"\n<<<<<<< "


@dataclass(frozen=True)
class Carried:
    """A file into which an edit was carried.

    Attributes:
        chapter: the chapter of the file.
        path: its path, as in a state.
        conflicts: the number of conflicts left between merge marks.
        by_hand: whether a conflict of an earlier run was fixed by hand, so that the file is left alone.
    """

    chapter: Chapter
    path: str
    conflicts: int = 0
    by_hand: bool = False


class Memory:
    """The record of edits that were in conflict with a file.

    After a conflict is fixed, `ripple` runs again. The edit must not be merged into the fixed lines then,
    because it would be in conflict with them every time. The record is kept in git's own folder.
    """

    def __init__(self, course: Course) -> None:
        told = _git(course, "rev-parse", "--git-path", "course-ripple.json")
        self._path = course.root / told.decode().strip() if told is not None else None
        self._known = read_json(self._path) if self._path else {}

    def knows(self, into: Path, old: bytes, new: bytes) -> bool:
        """Return whether this edit was in conflict with this file before."""
        return self._known.get(str(into)) == _edit(old, new)

    def add(self, into: Path, old: bytes, new: bytes) -> None:
        """Record that this edit is in conflict with this file."""
        self._known[str(into)] = _edit(old, new)
        self._write()

    def keep(self, files: set[Path]) -> None:
        """Forget the edits of all other files: they are committed by now, or undone."""
        kept = {name: edit for name, edit in self._known.items() if Path(name) in files}
        if kept != self._known:
            self._known = kept
            self._write()

    def _write(self) -> None:
        if self._path:
            write_json(self._path, self._known)


def _edit(old: bytes, new: bytes) -> str:
    return hashlib.sha256(len(old).to_bytes(8, "big") + old + new).hexdigest()


def ripple(course: Course, since: str = "HEAD", again: bool = False) -> list[Carried]:
    """Carry the changes of the overlays since a commit into later chapters that have the same files.

    Args:
        course: the course with the chapters.
        since: the commit to compare with.
        again: whether to merge edits again that were in conflict in an earlier run and fixed by hand.

    Raises:
        CourseError: if merge marks of an earlier run are still there, or git is missing.
    """
    carried: list[Carried] = []
    memory = Memory(course)
    met: set[Path] = set()
    _require_fixed(course)
    for chapter in course.chapters:
        for path, content in sorted(overlay(chapter).items()):
            old = committed(course, chapter, path, since)
            if old is None or old == content:
                continue
            following = _next_with(course, chapter, path)
            if following is None:
                continue
            target = following.files_dir / path
            met.add(target)
            if memory.knows(target, old, content) and not again:
                carried.append(Carried(following, path, by_hand=True))
                continue
            step = _carry(following, path, old, content, chapter)
            if step is not None:
                carried.append(step)
                if step.conflicts:
                    memory.add(target, old, content)
                    return carried
    memory.keep(met)
    return carried


def _require_fixed(course: Course) -> None:
    for chapter in course.chapters:
        for path, content in sorted(overlay(chapter).items()):
            if MARK in b"\n" + content:
                raise CourseError(
                    f"chapters/{chapter.folder}/files/{path} still has the marks of a conflict.",
                    "Fix the places between <<<<<<< and >>>>>>>, then run `course ripple` again.",
                )


def _next_with(course: Course, chapter: Chapter, path: str) -> Chapter | None:
    """Return the next chapter that has the file; None when a chapter in between removes it."""
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
    """Return a chapter's file as of a commit; None when the commit does not have it.

    Raises:
        CourseError: if git is missing.
    """
    return _git(course, "show", f"{revision}:./chapters/{chapter.folder}/files/{path}")


def _git(course: Course, *words: str) -> bytes | None:
    """Run a git command. Return its output; None when it fails."""
    try:
        run = subprocess.run(["git", *words], cwd=course.root, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise CourseError("git is needed for this.", "Install git, then try again.") from error
    return run.stdout if run.returncode == 0 else None


def absorb(course: Course) -> tuple[list[Carried], list[str]]:
    """Write the edits of ``app/messenger`` and ``static`` into the chapters.

    Return the files carried, and the paths left over: files that no chapter has, and missing ones.

    Raises:
        CourseError: if a state cannot be folded, or a file may not be read.
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

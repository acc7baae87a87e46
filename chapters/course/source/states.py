"""States: the messenger as it stands after chapter N, folded from the chapters' overlays.

A state is a mapping from a path such as ``messenger/chat.py`` or ``static/parley.css`` to the file's bytes.
State 0 is empty. Each chapter first takes away what its ``remove`` names, then lays its own whole files
over the rest.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from course.errors import CourseError
from course.source.model import Chapter, Course

Files = dict[str, bytes]

ROOTS = ("messenger", "static")
"""The only two folders a state has."""

NOT_FOLDED = ("package.json", "package-lock.json", "node_modules")
"""Names in ``static/`` of the repository that are not part of the messenger's states."""

# Names that systems and programs leave in a folder. Names that begin with a dot count as well.
_LEFTOVERS = {"__pycache__", "Thumbs.db", "desktop.ini", "Icon\r", "4913"}
_LEFT_BY_EDITORS = ("~", "#", ".pyc", ".pyo", ".swp", ".swo", ".tmp", ".bak", ".orig", ".rej")

LARGEST = 20_000_000
"""The most bytes of a file of a messenger; a larger one, such as a film, is passed over."""


def is_leftover(name: str) -> bool:
    """Return whether a file or folder of this name is a cache, a lock or an editor's copy."""
    return name in _LEFTOVERS or name.startswith((".", "#", "~$")) or name.endswith(_LEFT_BY_EDITORS)


def read_tree(folder: Path) -> Files:
    """Read all files of ``folder/messenger`` and ``folder/static``, without caches and client packages.

    A broken link, a pipe and a socket are passed over.

    Raises:
        CourseError: if a file may not be read.
    """
    files: Files = {}
    for root in ROOTS:
        top = folder / root
        for path in own_files_in(top, NOT_FOLDED if root == "static" else ()):
            shown = f"{root}/{path.relative_to(top).as_posix()}"
            try:
                files[shown] = path.read_bytes()
            except FileNotFoundError:
                continue  # an editor has just replaced it
            except OSError as error:
                raise CourseError(
                    f"{legible(shown)} cannot be read: {error.strerror}.",
                    "Make it readable, or take it out of that folder.",
                ) from None
    return files


def own_files_in(
    folder: Path, skip: Iterable[str] = (), above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[Path]:
    """Yield the regular files below a folder, in order, without leftovers.

    Args:
        folder: the folder; nothing is yielded when it does not exist.
        skip: names to pass over in it.
        above: the folders that this one lies in, so that a link to one of them makes no circle.
    """
    try:
        entries = sorted(folder.iterdir())
        found = folder.stat()
    except OSError:
        return
    here = (found.st_dev, found.st_ino)
    if here in above:
        return
    for entry in entries:
        if entry.name in skip or is_leftover(entry.name):
            continue
        try:
            what = entry.stat()
        except OSError:
            continue
        if stat.S_ISDIR(what.st_mode):
            yield from own_files_in(entry, above=above | {here})
        elif stat.S_ISREG(what.st_mode) and what.st_size <= LARGEST:
            yield entry


def legible(path: str) -> str:
    """Return a path for people to read; bytes that are not UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def plain(content: bytes) -> bytes:
    """Return a text without the marks of editors and systems; bytes that are not text come back unchanged.

    It has no byte order mark, LF line ends, and no blanks at the end of a line or of the file.
    """
    if b"\0" in content:
        return content
    try:
        lines = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    except UnicodeDecodeError:
        return content
    text = "\n".join(line.rstrip(" \t") for line in lines).rstrip("\n")
    return f"{text}\n".encode() if text else b""


def same_text(one: bytes | None, other: bytes | None) -> bool:
    """Return whether two versions of a file are equal to a reader; None stands for a missing file."""
    if one is None or other is None or one == other:
        return one == other
    return plain(one) == plain(other)


def overlay(chapter: Chapter) -> Files:
    """Read the whole files that this chapter adds or changes.

    Raises:
        CourseError: if its ``files/`` holds anything else, or a file may not be read.
    """
    if chapter.files_dir.is_dir():
        strangers = [
            e.name
            for e in chapter.files_dir.iterdir()
            if not is_leftover(e.name) and (e.name not in ROOTS or e.is_file())
        ]
        if strangers:
            raise CourseError(
                f"{chapter.folder}/files holds {', '.join(sorted(strangers))}, which is not part of a state.",
                "An overlay has the folders messenger/ and static/ only.",
            )
    return read_tree(chapter.files_dir)


def fold(course: Course, number: int, exercise: str | None = None) -> Files:
    """Return state ``number``; with ``exercise="a"``, that exercise's solution laid over it.

    Raises:
        CourseError: if the chapter or exercise is unknown, or a ``remove`` names no file.
    """
    if number:
        course.chapter(number)
    files: Files = {}
    for chapter in course.chapters:
        if chapter.number > number:
            break
        for path in chapter.remove:
            if files.pop(path, None) is None:
                raise CourseError(
                    f"course.toml: chapter {chapter.number} removes {path}, which no earlier chapter has.",
                    "Correct its `remove` list.",
                )
        files.update(overlay(chapter))
    if exercise is not None:
        files.update(solution(course.chapter(number), exercise))
    return files


def solution(chapter: Chapter, exercise: str) -> Files:
    """Read the files of an exercise's solution.

    Raises:
        CourseError: if the chapter has no such exercise.
    """
    folder = chapter.solution_dir(exercise)
    if not folder.is_dir():
        known = ", ".join(chapter.exercises) or "none"
        raise CourseError(f"Chapter {chapter.number} has no exercise {exercise!r}.", f"It has: {known}.")
    return read_tree(folder)


def origin(course: Course, path: str, number: int | None = None) -> Chapter | None:
    """Return the chapter that last wrote ``path`` in state ``number`` (default: the finished app)."""
    found = None
    for chapter in course.chapters:
        if number is not None and chapter.number > number:
            break
        if path in chapter.remove:
            found = None
        if (chapter.files_dir / path).is_file():
            found = chapter
    return found


def previous(course: Course, chapter: Chapter) -> Files:
    """Return the state that a chapter starts from."""
    earlier = [other.number for other in course.chapters if other.number < chapter.number]
    return fold(course, max(earlier)) if earlier else {}


def committed_app(course: Course) -> Files:
    """Read ``app/messenger`` and ``static`` as a state."""
    app = {
        path: content for path, content in read_tree(course.app_dir).items() if path.startswith("messenger/")
    }
    static = {path: content for path, content in read_tree(course.root).items() if path.startswith("static/")}
    return {**app, **static}

"""States: the messenger as it stands after chapter N, folded from the chapters' overlays.

A state is a mapping from a path such as ``messenger/chat.py`` or ``static/parley.css`` to the file's bytes.
State 0 is empty. Each chapter first takes away what its ``remove`` names, then lays its own whole files
over the rest.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from course.errors import CourseError
from course.source.model import Chapter, Course

Files = dict[str, bytes]

ROOTS = ("messenger", "static")
"""The only two folders a state has."""

NOT_FOLDED = ("package.json", "package-lock.json", "node_modules")
"""What lies in ``static/`` of the repository without being part of the messenger's states."""

# What systems and programs leave in a folder. Whatever begins with a dot is such a thing, too.
_LEFTOVERS = {"__pycache__", "Thumbs.db", "desktop.ini", "Icon\r", "4913"}
_LEFT_BY_EDITORS = ("~", "#", ".pyc", ".pyo", ".swp", ".swo", ".tmp", ".bak", ".orig", ".rej")

LARGEST = 20_000_000
"""Bytes of the largest file that can belong to a messenger; a film that lies beside it does not."""


def is_leftover(name: str) -> bool:
    """Whether a file or folder of this name is a cache, a lock or a copy, and no work of anybody's."""
    return name in _LEFTOVERS or name.startswith((".", "#", "~$")) or name.endswith(_LEFT_BY_EDITORS)


def read_tree(folder: Path) -> Files:
    """All files of ``folder/messenger`` and ``folder/static``, without caches and client packages.

    What is no file is passed over: a link that leads nowhere, a pipe, a socket.

    Raises:
        CourseError: a file may not be read.
    """
    files: Files = {}
    for root in ROOTS:
        top = folder / root
        for path in own_files_in(top, NOT_FOLDED if root == "static" else ()):
            shown = f"{root}/{path.relative_to(top).as_posix()}"
            try:
                files[shown] = path.read_bytes()
            except FileNotFoundError:
                continue  # an editor has just put another in its place
            except OSError as error:
                raise CourseError(
                    f"{legible(shown)} cannot be read: {error.strerror}.",
                    "Make it readable, or take it out of that folder.",
                ) from None
    return files


def own_files_in(
    folder: Path, skip: Iterable[str] = (), above: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[Path]:
    """The regular files below a folder, in order, leftovers left out.

    Args:
        folder: where; nothing is found where there is none.
        skip: names to pass over in it.
        above: the folders this one lies in, so that a link to one of them leads in no circle.
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
    """A path for people to read; bytes of its name that are no UTF-8 stand as numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def plain(content: bytes) -> bytes:
    """A text without the marks that editors and systems leave in it; what is not text stays as it is.

    Without a byte order mark, with one kind of line ends, without blanks at the end of a line or of the file.
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
    """Whether two versions of a file are equal to a reader; None is a file that is missing."""
    if one is None or other is None or one == other:
        return one == other
    return plain(one) == plain(other)


def overlay(chapter: Chapter) -> Files:
    """The whole files this chapter adds or changes."""
    if chapter.files_dir.is_dir():
        strangers = [
            e.name
            for e in chapter.files_dir.iterdir()
            if not is_leftover(e.name) and (e.name not in ROOTS or e.is_file())
        ]
        if strangers:
            raise CourseError(
                f"{chapter.folder}/files holds {', '.join(sorted(strangers))}, which belongs to no state.",
                "An overlay has the folders messenger/ and static/ only.",
            )
    return read_tree(chapter.files_dir)


def fold(course: Course, number: int, exercise: str | None = None) -> Files:
    """State ``number``; with ``exercise="a"``, that exercise's solution laid on top of it.

    Raises `CourseError` for an unknown chapter or exercise, and for a ``remove`` that names no file.
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
    """The files of an exercise's solution overlay."""
    folder = chapter.solution_dir(exercise)
    if not folder.is_dir():
        known = ", ".join(chapter.exercises) or "none"
        raise CourseError(f"Chapter {chapter.number} has no exercise {exercise!r}.", f"It has: {known}.")
    return read_tree(folder)


def origin(course: Course, path: str, number: int | None = None) -> Chapter | None:
    """The chapter that last wrote ``path`` in state ``number`` (default: the finished app)."""
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
    """The state a chapter starts from."""
    earlier = [other.number for other in course.chapters if other.number < chapter.number]
    return fold(course, max(earlier)) if earlier else {}


def committed_app(course: Course) -> Files:
    """``app/messenger`` and ``static`` as they are, as a state."""
    app = {
        path: content for path, content in read_tree(course.app_dir).items() if path.startswith("messenger/")
    }
    static = {path: content for path, content in read_tree(course.root).items() if path.startswith("static/")}
    return {**app, **static}


def write_state(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Makes ``folder/messenger`` and ``folder/static`` hold exactly ``files``; returns the paths it touched.

    Files that already have the right bytes are left alone, so their times stay; client packages in
    ``static/`` stay.
    """
    present = read_tree(folder)
    touched = [path for path in present if path not in files]
    for path in touched:
        (folder / path).unlink()
    for path, content in sorted(files.items()):
        if present.get(path) != content:
            _put(folder / path, content, path)
            touched.append(path)
    _drop_empty_folders(folder)
    return sorted(touched)


def _put(target: Path, content: bytes, path: str) -> None:
    """Write a file where it belongs, in the place of a link or a pipe that has its name, or its folder's."""
    for above in target.parents[: path.count("/")]:
        if not above.is_dir() and (above.is_symlink() or above.exists()):
            above.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        raise CourseError(
            f"{path} is a folder in your workspace, and should be a file.", "Take that folder out of there."
        )
    if target.is_symlink() or (target.exists() and not target.is_file()):
        target.unlink()
    target.write_bytes(content)


def _drop_empty_folders(folder: Path) -> None:
    for root in ROOTS:
        for place, folders, names in os.walk(folder / root, topdown=False):
            here = Path(place)
            if "node_modules" in here.relative_to(folder).parts:
                continue
            if here.name == "__pycache__":
                # Left alone in a package that lives; without sources it would keep the folder importable.
                if not any(here.parent.glob("*.py")):
                    shutil.rmtree(here, ignore_errors=True)
            elif not names and not any((here / name).is_dir() for name in folders):
                with contextlib.suppress(OSError):
                    here.rmdir()

"""States: the messenger as it stands after chapter N, folded from the chapters' overlays.

A state is a mapping from a path such as ``messenger/chat.py`` or ``static/parley.css`` to the file's bytes.
State 0 is empty. Each chapter first takes away what its ``remove`` names, then lays its own whole files
over the rest.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from course.errors import CourseError
from course.model import Chapter, Course

Files = dict[str, bytes]

ROOTS = ("messenger", "static")
"""The only two folders a state has."""

NOT_FOLDED = ("package.json", "package-lock.json", "node_modules")
"""What lies in ``static/`` of the repository without being part of the messenger's states."""

_LEFTOVERS = {"__pycache__", ".ipynb_checkpoints", ".mypy_cache", ".ruff_cache", ".DS_Store"}


def read_tree(folder: Path) -> Files:
    """All files of ``folder/messenger`` and ``folder/static``, without caches and client packages."""
    files: Files = {}
    for root in ROOTS:
        top = folder / root
        skip = NOT_FOLDED if root == "static" else ()
        for path in _walk(top, skip):
            files[f"{root}/{path.relative_to(top).as_posix()}"] = path.read_bytes()
    return files


def _walk(folder: Path, skip: tuple[str, ...] = ()) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.name in skip or entry.name in _LEFTOVERS or entry.suffix == ".pyc":
            continue
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry


def overlay(chapter: Chapter) -> Files:
    """The whole files this chapter adds or changes."""
    if chapter.files_dir.is_dir():
        strangers = [
            e.name for e in chapter.files_dir.iterdir() if e.name not in (*ROOTS, *_LEFTOVERS) or e.is_file()
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
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            touched.append(path)
    _drop_empty_folders(folder)
    return sorted(touched)


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
                here.rmdir()

"""A folder that holds exactly one state, in which only changed files are written."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from course.errors import CourseError
from course.source.states import ROOTS, read_tree


def write_state(files: Mapping[str, bytes], folder: Path) -> list[str]:
    """Make ``folder/messenger`` and ``folder/static`` hold exactly ``files``; return the changed paths.

    Files that already have the right bytes are left alone, so their times stay; client packages in
    ``static/`` stay.

    Raises:
        CourseError: if a folder has the name of a file, or a file may not be read.
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
    """Write a file; a link or a pipe with its name, or with the name of one of its folders, is replaced."""
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
                # A cache without sources would keep the folder importable.
                if not any(here.parent.glob("*.py")):
                    shutil.rmtree(here, ignore_errors=True)
            elif not names and not any((here / name).is_dir() for name in folders):
                with contextlib.suppress(OSError):
                    here.rmdir()

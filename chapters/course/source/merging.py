"""Three-way merges, by ``git merge-file``.

For learners (``course merge``) and for maintainers (``course ripple``).
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from course.errors import CourseError
from course.source.states import Files, plain, same_text


@dataclass(frozen=True)
class Labels:
    """The names of the three versions in merge marks."""

    ours: str
    base: str
    theirs: str


def merge_text(ours: bytes, base: bytes, theirs: bytes, labels: Labels) -> tuple[bytes, int]:
    """Merge one file. Return it, and the number of its conflicts, which stand between merge marks.

    Raises:
        CourseError: if git is missing, or cannot merge the file, for example because it is not text.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
            path = Path(folder) / name
            path.write_bytes(content)
            paths.append(str(path))
        names = [word for label in (labels.ours, labels.base, labels.theirs) for word in ("-L", label)]
        try:
            run = subprocess.run(
                ["git", "merge-file", "-p", "--diff3", *names, *paths], capture_output=True, check=False
            )
        except FileNotFoundError as error:
            raise CourseError("git is needed to merge.", "Install git, then try again.") from error
    if run.returncode < 0 or run.returncode > 127:
        raise CourseError(f"git could not merge: {run.stderr.decode('utf-8', 'replace').strip()}.")
    return run.stdout, run.returncode


@dataclass
class Merged:
    """A merged state, the paths that changed, those in conflict, and remarks on single files."""

    files: Files
    changed: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def merge_states(ours: Mapping[str, bytes], base: Files, theirs: Files, labels: Labels) -> Merged:
    """Merge the changes from ``base`` to ``theirs`` into ``ours``, whose line ends do not count.

    Raises:
        CourseError: if a file cannot be merged, or git is missing.
    """
    merged = Merged(dict(ours))
    for path in sorted({*base, *theirs}):
        mine, old, new = ours.get(path), base.get(path), theirs.get(path)
        if old == new or same_text(mine, new):
            continue
        if new is None:
            if same_text(mine, old):
                del merged.files[path]
                merged.changed.append(path)
            elif mine is not None:
                merged.remarks.append(f"{path} is removed in this chapter. You changed yours, so it stays.")
            continue
        if mine is None and old is not None:
            merged.remarks.append(
                f"{path} was missing in your workspace. The chapter's version is there again."
            )
        if mine is None or same_text(mine, old):
            merged.files[path] = new
        else:
            if b"\0" in mine:
                raise CourseError(
                    f"{path} is not text in UTF-8, so it cannot be merged.",
                    "Save it as UTF-8 in your editor, or put the chapter's own back: `course reset`.",
                )
            merged.files[path], conflicts = merge_text(plain(mine), old or b"", new, labels)
            if conflicts:
                merged.conflicts.append(path)
        merged.changed.append(path)
    return merged

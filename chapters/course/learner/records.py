"""The records of the course in ``workspace/.course``: progress, parts of files, and kept copies.

They are plain JSON or plain files, each replaced whole, so a killed kernel leaves no half-written file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.files import read_json, write_json, write_whole


class Progress:
    """The learner's progress: the current chapter, the chapters done, verdicts of checks, hints shown."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "progress.json"

    def _get(self, key: str, default: Any) -> Any:
        value = read_json(self._path).get(key)
        return value if isinstance(value, type(default)) else default

    def _set(self, key: str, value: Any) -> None:
        write_json(self._path, {**read_json(self._path), key: value})

    @property
    def chapter(self) -> int:
        """The number of the current chapter; 0 before the first."""
        return int(self._get("chapter", 0))

    @chapter.setter
    def chapter(self, number: int) -> None:
        self._set("chapter", number)

    @property
    def done(self) -> list[int]:
        """The chapters whose checks all passed in their last complete run."""
        return sorted({number for number in self._get("done", []) if isinstance(number, int)})

    def record(self, chapter: int, green: bool) -> None:
        """Record whether all checks of a chapter passed in one run."""
        done = set(self.done) - {chapter}
        self._set("done", sorted(done | {chapter} if green else done))

    @property
    def verdicts(self) -> dict[str, str]:
        """The last verdict of each check: ``{"1.2": "passed"}``."""
        return {str(check): str(verdict) for check, verdict in self._get("checks", {}).items()}

    def note(self, verdicts: Mapping[str, str]) -> None:
        """Record verdicts of checks."""
        if verdicts:
            self._set("checks", {**self.verdicts, **verdicts})

    def forget(self, chapter: int) -> None:
        """Forget the verdicts of a chapter's checks, because its files are about to be replaced."""
        kept = {
            check: verdict for check, verdict in self.verdicts.items() if check.split(".")[0] != str(chapter)
        }
        if kept != self.verdicts:
            self._set("checks", kept)

    def next_hint(self, check: str, available: int) -> int:
        """Return how many hints of a check to show now: one more than last time, at most all."""
        hints = self._get("hints", {})
        shown = hints.get(check)
        number = min((shown if isinstance(shown, int) else 0) + 1, available)
        self._set("hints", {**hints, check: number})
        return number


class Parts:
    """The parts of files that ``%%save`` cells have saved so far, by chapter."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "parts"

    def add(self, chapter: int, path: str, number: int, total: int, text: str) -> dict[int, str]:
        """Keep one part and return all parts of that file; parts of another total are dropped."""
        parts = self.known(chapter, path, total)
        parts[number] = text
        value = {"total": total, "parts": {str(key): part for key, part in parts.items()}}
        write_json(self._record(chapter, path), value)
        return parts

    def known(self, chapter: int, path: str, total: int) -> dict[int, str]:
        """Return the parts kept for a file that is cut into ``total`` parts."""
        record = read_json(self._record(chapter, path))
        if record.get("total") != total or not isinstance(record.get("parts"), dict):
            return {}
        return {int(key): str(text) for key, text in record["parts"].items() if key.isdecimal()}

    def missing(self, chapter: int, path: str) -> tuple[tuple[int, ...], int]:
        """Return the missing parts of a file, and the total; none and 0 when no part has been saved."""
        record = read_json(self._record(chapter, path))
        total, parts = record.get("total"), record.get("parts")
        if not isinstance(total, int) or not isinstance(parts, dict):
            return (), 0
        return tuple(number for number in range(1, total + 1) if str(number) not in parts), total

    def _record(self, chapter: int, path: str) -> Path:
        return self._folder / f"{chapter:02}" / f"{path}.json"


class Kept:
    """Copies of the learner's own work, in numbered folders: ``.course/kept/001/messenger/chat.py``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "kept"

    def keep(self, files: dict[str, bytes]) -> Path | None:
        """Copy ``files`` into a new numbered folder, unless the newest copies hold them already.

        Return the folder that has them, or None when there is nothing to keep.

        Raises:
            CourseError: if a path leads out of the workspace.
        """
        if not files:
            return None
        numbers = self._numbers()
        for number in reversed(numbers):
            if all(self._same(number, path, content) for path, content in files.items()):
                return self.folder / f"{number:03}"
        target = self.folder / f"{(numbers[-1] if numbers else 0) + 1:03}"
        for path, content in files.items():
            if ".." in Path(path).parts:
                raise CourseError(f"{path} is not a file of the workspace.")
            write_whole(target / path, content)
        return target

    def _numbers(self) -> list[int]:
        if not self.folder.is_dir():
            return []
        return sorted(int(entry.name) for entry in self.folder.iterdir() if entry.name.isdecimal())

    def _same(self, number: int, path: str, content: bytes) -> bool:
        copy = self.folder / f"{number:03}" / path
        return copy.is_file() and copy.read_bytes() == content

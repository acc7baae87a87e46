"""``%%save``, ``%copy``, ``%remove`` and ``%%exercise`` on the workspace, without a notebook.

Parts are kept until a file is whole, so cells may run again and in any order. A file that does not parse is
not written, and a file that the learner has changed is copied before it is replaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.errors import CourseError
from course.files import read_json, write_json, write_whole
from course.learner.workspace import Workspace
from course.source.manuscript import check_path
from course.source.model import Chapter
from course.source.plan import Plan, read_plan
from course.source.states import plain
from course.source.syntax import problem_in
from course.source.tangling import Save, assemble


@dataclass(frozen=True)
class Saved:
    """A cell's change of one file.

    ``before`` and ``after`` are the file's text, None when there is no file; ``missing`` names the parts that
    are not saved yet; ``kept`` is the copy of the learner's own version; ``size`` is the number of bytes of a
    file that is not text.
    """

    path: str
    before: str | None
    after: str | None
    missing: tuple[int, ...] = ()
    kept: Path | None = None
    size: int | None = None

    @property
    def extent(self) -> str:
        """The length of the file, in words."""
        if self.size is not None:
            return f"{self.size} bytes"
        lines = (self.after or "").count("\n")
        return {0: "empty", 1: "1 line"}.get(lines, f"{lines} lines")


class Saver:
    """A writer of one chapter's cells into the workspace."""

    def __init__(self, workspace: Workspace, chapter: Chapter) -> None:
        self.workspace = workspace
        self.chapter = chapter

    @cached_property
    def plan(self) -> Plan:
        """The plan of the chapter: the parts and starters that its cells had at first."""
        return read_plan(self.workspace.course, self.chapter)

    def save(self, save: Save, text: str) -> Saved:
        """Keep one part; write the file when all are there.

        Raises:
            CourseError: if the file would not parse.
        """
        known = self.workspace.parts.known(self.chapter.number, save.path, save.total)
        self._require_parses(save, {**known, save.number: text})
        parts = self.workspace.parts.add(self.chapter.number, save.path, save.number, save.total, text)
        whole = assemble(parts, save.total)
        if whole is None:
            missing = tuple(number for number in range(1, save.total + 1) if number not in parts)
            current = self._read(save.path)
            return Saved(save.path, current, current, missing)
        return self._write(save.path, whole)

    def _require_parses(self, save: Save, parts: dict[int, str]) -> None:
        reference = self.plan.files().get(save.path, [])
        if len(reference) == save.total:
            # Missing parts are taken from the chapter, so that an error shows in the cell that has it.
            parts = {**dict(enumerate(reference, start=1)), **parts}
        whole = assemble(parts, save.total)
        problem = problem_in(save.path, whole) if whole is not None else None
        if problem is None:
            return
        number, line, shown = _place(parts, save.total, problem.line)
        place = (
            f"line {line + 1} of this cell" if number == save.number else f"line {line + 1} of part {number}"
        )
        raise CourseError(
            f"{save.path} is not written, {place} has an error: {problem.message}\n    {shown}",
            "Fix that line and run the cell again."
            if number == save.number
            else f"Fix it in the cell that saves part {number}/{save.total}, or change this part.",
        )

    def copy(self, path: str) -> Saved:
        """Copy a file of the chapter's overlay that is not text.

        Raises:
            CourseError: if the chapter has no such file.
        """
        check_path(path, "%copy")
        source = self.chapter.files_dir / path
        if not source.is_file():
            raise CourseError(f"Chapter {self.chapter.number} has no {path}.", "Correct the path.")
        target = self.workspace.folder / path
        existed = target.is_file()
        content = source.read_bytes()
        if existed and target.read_bytes() == content:
            return Saved(path, "", "")
        kept = self._keep(path)
        write_whole(target, content)
        return Saved(path, "" if existed else None, "(not text)", kept=kept, size=len(content))

    def remove(self, path: str) -> Saved:
        """Remove a file; a copy is kept if the learner changed it.

        Raises:
            CourseError: if it is not a file of the messenger.
        """
        check_path(path, "%remove")
        before = self._read(path)
        kept = self._keep(path)
        (self.workspace.folder / path).unlink(missing_ok=True)
        return Saved(path, before, None, kept=kept)

    def exercise(self, letter: str, path: str, text: str) -> Saved:
        """Replace the lines that an exercise starts from, or those of its last run, by the edited ones.

        Raises:
            CourseError: if those lines are not in the file, or the file would not parse.
        """
        check_path(path, "%%exercise")
        starter = self.plan.starter(letter, path)
        record = self.workspace.records / "exercises" / f"{self.chapter.number:02}{letter}" / f"{path}.json"
        last = str(read_json(record).get("text", starter))
        current = self._read(path)
        text = text.strip("\n") + "\n"
        is_new_file = self._is_new_file(letter, path)
        if is_new_file:
            after = text if text != starter or current is not None else None
        else:
            after = self._replace(path, current, (last, starter), text)
        if after is None or after == current:
            return Saved(path, current, current)
        problem = problem_in(path, after)
        if problem:
            line = after.splitlines()[problem.line - 1].strip() if problem.line <= after.count("\n") else ""
            raise CourseError(
                f"{path} is not written, it would have an error in line {problem.line}: {problem.message}\n"
                f"    {line}",
                "Fix that line and run the cell again.",
            )
        saved = self._write(path, after)
        write_json(record, {"text": text})
        return saved

    def _is_new_file(self, letter: str, path: str) -> bool:
        return any(
            block.kind == "exercise" and block.arguments == (letter, path) and block.text
            for block in self.plan.blocks
        )

    def _replace(self, path: str, current: str | None, candidates: tuple[str, ...], text: str) -> str:
        for old in candidates:
            if current is not None and f"\n{current}".count(f"\n{old}") == 1:
                return f"\n{current}".replace(f"\n{old}", f"\n{text}")[1:]
        if current is not None and f"\n{text}" in f"\n{current}":
            return current
        raise CourseError(
            f"The lines this exercise starts from are not in your {path}.",
            f"Run the cells above that save {path}, or edit the file itself in workspace/{path}.",
        )

    def _write(self, path: str, text: str) -> Saved:
        before = self._read(path)
        if before == text:
            return Saved(path, before, text)
        kept = self._keep(path)
        write_whole(self.workspace.folder / path, text.encode())
        return Saved(path, before, text, kept=kept)

    def _keep(self, path: str) -> Path | None:
        target = self.workspace.folder / path
        if not target.is_file():
            return None
        content = target.read_bytes()
        if self.workspace.is_known(path, content):
            return None
        folder = self.workspace.kept.keep({path: content})
        return folder / path if folder else None

    def _read(self, path: str) -> str | None:
        target = self.workspace.folder / path
        if not target.is_file():
            return None
        # With LF line ends, as the course's own files have them.
        return plain(target.read_bytes()).decode("utf-8", "replace")


def _place(parts: dict[int, str], total: int, line: int) -> tuple[int, int, str]:
    """Return the part that holds a line of the whole file, the line's number in it, and its text."""
    for number in range(1, total + 1):
        lines = parts[number].splitlines()
        if line <= len(lines) or number == total:
            line = min(line, max(len(lines), 1))
            return number, line, lines[line - 1].strip() if lines else ""
        line -= len(lines)
    return total, 1, ""

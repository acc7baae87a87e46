"""The learner's workspace: the only place where work is written.

``workspace/messenger`` and ``workspace/static`` are the learner's state, ``workspace/notebooks`` their
copies of the notebooks, ``workspace/data`` databases, and ``workspace/.course`` the course's records (see
`course.learner.records`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError
from course.files import read_json, write_json, write_whole
from course.learner.records import Kept, Parts, Progress
from course.source.differences import compare
from course.source.model import Chapter, Course
from course.source.states import Files, fold, previous, read_tree, same_text, solution
from course.state_folder import write_state

DATA = "workspace"
"""The name of the folder in ``workspace/data`` that holds the learner's own database."""


@dataclass(frozen=True)
class Started:
    """A chapter that was started: the files written, the copy of the old ones, the notebook to open."""

    touched: list[str]
    kept: Path | None
    notebook: Path


class Workspace:
    """One learner's files, with the course's records about them."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.folder = course.workspace
        self.records = self.folder / ".course"
        self.progress = Progress(self.records)
        self.parts = Parts(self.records)
        self.kept = Kept(self.records)
        self.data = self.folder / "data"

    def files(self) -> Files:
        """Read the learner's state."""
        return read_tree(self.folder)

    def state(self) -> int | None:
        """Return the number of the state that the workspace equals; None when it equals none."""
        files = self.files()
        numbers = range(self.course.last + 1)
        return next((n for n in numbers if not compare(files, fold(self.course, n))), None)

    def is_known(self, path: str, content: bytes) -> bool:
        """Return whether ``content`` is the course's own, so that no work is lost when it is replaced."""
        for chapter in self.course.chapters:
            if same_text(fold(self.course, chapter.number).get(path), content):
                return True
            for letter in chapter.exercises:
                if same_text(solution(chapter, letter).get(path), content):
                    return True
        return False

    def own_files(self, files: Files) -> Files:
        """Return those of ``files`` that the learner wrote or changed."""
        return {path: content for path, content in files.items() if not self.is_known(path, content)}

    def start(self, chapter: Chapter) -> Started:
        """Make the workspace the state that ``chapter`` starts from.

        A copy of the learner's own work is kept.

        Raises:
            CourseError: if a file may not be read, or the chapter's notebook is missing.
        """
        files = self.files()
        target = previous(self.course, chapter)
        kept = self.kept.keep(files) if self.own_files(files) else None
        touched = write_state(target, self.folder)
        self.forget_parts()
        self.progress.forget(chapter.number)
        if chapter.number < self.progress.chapter:
            self._retire_database()
        self.progress.chapter = chapter.number
        return Started(touched, kept, self.fresh_notebook(chapter))

    def forget_parts(self) -> None:
        """Forget the parts of files and the exercises that cells have saved so far."""
        shutil.rmtree(self.records / "parts", ignore_errors=True)
        shutil.rmtree(self.records / "exercises", ignore_errors=True)

    def _retire_database(self) -> None:
        # An earlier chapter cannot read a later one's tables; the old database is kept under another name.
        data = self.data / DATA
        if data.is_dir():
            number = 1
            while (self.data / f"{DATA}.{number}").exists():
                number += 1
            data.rename(self.data / f"{DATA}.{number}")

    def notebook(self, chapter: Chapter) -> Path:
        """Return the path of the learner's copy of a chapter's notebook."""
        return self.folder / "notebooks" / chapter.notebook_name

    def fresh_notebook(self, chapter: Chapter) -> Path:
        """Put a fresh copy of the chapter's notebook into the workspace; a changed one is kept.

        Raises:
            CourseError: if the notebook is missing.
        """
        source = self.course.notebooks_dir / chapter.notebook_name
        target = self.notebook(chapter)
        if not source.is_file():
            raise CourseError(
                f"{self.course.relative(source)} is missing.",
                "Run `course weave`, or `git checkout notebooks`.",
            )
        content = source.read_bytes()
        if target.is_file() and target.read_bytes() != content:
            self.kept.keep({f"notebooks/{chapter.notebook_name}": target.read_bytes()})
        self._copy_notebook(target, content)
        return target

    def add_notebooks(self) -> None:
        """Copy the notebooks that the workspace lacks, or has in an older version without edits."""
        for chapter in self.course.all_chapters:
            source = self.course.notebooks_dir / chapter.notebook_name
            target = self.notebook(chapter)
            if source.is_file() and not self._is_edited(target, source.read_bytes()):
                self._copy_notebook(target, source.read_bytes())

    def _copy_notebook(self, target: Path, content: bytes) -> None:
        write_whole(target, content)
        record = self.records / "notebooks.json"
        write_json(record, {**read_json(record), target.name: _text_hash(content)})

    def _is_edited(self, target: Path, fresh: bytes) -> bool:
        """Return whether a copy is to be left alone: the learner has edited it, or it is up to date."""
        if not target.is_file():
            return False
        present = _text_hash(target.read_bytes())
        copied = read_json(self.records / "notebooks.json").get(target.name)
        return present != copied or present == _text_hash(fresh)

    def reset(self, chapter: Chapter, path: str | None = None) -> tuple[list[str], Path | None]:
        """Restore the state that the chapter starts from, or one file of it.

        Return the changed paths and the kept copy.

        Raises:
            CourseError: if there is no such file, or as `start`.
        """
        if path is None:
            started = self.start(chapter)
            return started.touched, started.kept
        files = self.files()
        target = previous(self.course, chapter)
        if path not in files and path not in target:
            raise CourseError(f"There is no {path} in your workspace.", "Paths look like messenger/chat.py.")
        kept = self.kept.keep({path: files[path]}) if path in self.own_files(files) else None
        wanted = (
            {**files, path: target[path]} if path in target else {k: v for k, v in files.items() if k != path}
        )
        return write_state(wanted, self.folder), kept


def _text_hash(notebook: bytes) -> str:
    """Return a hash of a notebook's text, without outputs and metadata."""
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(notebook)["cells"]]
    except (ValueError, KeyError, TypeError):
        return hashlib.sha256(notebook).hexdigest()
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()

"""The course on disk: its folders and its chapters.

`Course.here` finds the repository from the package, so notebooks and commands work in any current
directory. Two environment variables move it, for tests and for teachers who prepare several workspaces:
``PARLEY_ROOT`` (the repository) and ``PARLEY_WORKSPACE`` (the folder a learner's work goes to).
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from course.errors import CourseError

WELCOME = 0
"""The number of the welcome chapter: prose only, no files."""


@dataclass(frozen=True)
class Chapter:
    """A chapter of ``course.toml``.

    ``minutes`` is the teaching time; ``remove`` names the files that this chapter takes away.
    """

    number: int
    folder: str
    title: str
    minutes: int
    path: Path
    remove: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The folder's name, which is also the notebook's name without its suffix."""
        return self.folder

    @property
    def files_dir(self) -> Path:
        """The folder of the chapter's overlay."""
        return self.path / "files"

    @property
    def checks_dir(self) -> Path:
        """The folder of its checks, its typical mistakes and its golden reports."""
        return self.path / "checks"

    @property
    def manuscript(self) -> Path:
        """The path of its ``chapter.md``."""
        return self.path / "chapter.md"

    @property
    def notebook_name(self) -> str:
        """The file name of its notebook."""
        return f"{self.folder}.ipynb"

    def solution_dir(self, exercise: str) -> Path:
        """Return the folder of the overlay that solves an exercise, given its letter."""
        return self.path / "exercises" / exercise / "files"

    @property
    def exercises(self) -> tuple[str, ...]:
        """The letters of the exercises that have a solution."""
        folder = self.path / "exercises"
        if not folder.is_dir():
            return ()
        return tuple(sorted(entry.name for entry in folder.iterdir() if (entry / "files").is_dir()))


class Course:
    """A repository with chapters, and the workspace that belongs to it."""

    def __init__(self, root: Path, workspace: Path | None = None) -> None:
        self.root = root.resolve()
        self.chapters_dir = self.root / "chapters"
        self.notebooks_dir = self.root / "notebooks"
        self.app_dir = self.root / "app"
        self.static_dir = self.root / "static"
        self.workspace = (workspace or self.root / "workspace").resolve()

    @classmethod
    def here(cls) -> Course:
        """Return the course that this package is part of."""
        root = os.environ.get("PARLEY_ROOT")
        workspace = os.environ.get("PARLEY_WORKSPACE")
        return cls(
            Path(root) if root else Path(__file__).resolve().parents[3],
            Path(workspace) if workspace else None,
        )

    @cached_property
    def all_chapters(self) -> tuple[Chapter, ...]:
        """Every chapter of ``course.toml`` in order, with the welcome chapter.

        Raises:
            CourseError: if ``course.toml`` is missing or cannot be read.
        """
        source = self.chapters_dir / "course.toml"
        if not source.is_file():
            raise CourseError(f"{source} is missing.", "Is this a complete clone of the repository?")
        try:
            entries = tomllib.loads(source.read_text(encoding="utf-8")).get("chapter", [])
            return tuple(self._chapter(entry) for entry in entries)
        except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
            raise CourseError(f"{source} cannot be read: {error}.") from error

    def _chapter(self, entry: dict[str, object]) -> Chapter:
        folder = str(entry["folder"])
        remove = entry.get("remove", [])
        if not isinstance(remove, list):
            raise ValueError(f"remove of {folder} must be a list of paths")
        return Chapter(
            number=int(folder.split("_")[0]),
            folder=folder,
            title=str(entry["title"]),
            minutes=int(str(entry["minutes"])),
            path=self.chapters_dir / folder,
            remove=tuple(str(path) for path in remove),
        )

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters that build the messenger, 1 to N."""
        return tuple(chapter for chapter in self.all_chapters if chapter.number != WELCOME)

    @property
    def last(self) -> int:
        """The number of the last chapter; 0 when there is none."""
        return max((chapter.number for chapter in self.chapters), default=0)

    def chapter(self, name: str | int) -> Chapter:
        """Return the chapter called ``6``, ``06`` or ``06_lost_connections``.

        Raises:
            CourseError: if there is none.
        """
        text = str(name).strip()
        for chapter in self.all_chapters:
            if text == chapter.folder or (text.isdecimal() and int(text) == chapter.number):
                return chapter
        known = ", ".join(str(chapter.number) for chapter in self.chapters)
        raise CourseError(f"There is no chapter {text!r}.", f"The chapters are {known}; see `course list`.")

    def relative(self, path: Path) -> str:
        """Return ``path`` as messages show it: from the repository's root, with forward slashes."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return str(path)

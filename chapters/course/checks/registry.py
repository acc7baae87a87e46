"""The registry of checks: `check` and `since` register them, `load_checks` and `select` find them."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from course.errors import CourseError
from course.source.model import Course

Body = Callable[[Any], Awaitable[None]]

ID = re.compile(r"[1-9][0-9]*\.([1-9][0-9]*|[a-z])")


@dataclass(frozen=True)
class Check:
    """One check.

    Attributes:
        id: ``"1.2"`` for the second check of chapter 1, ``"1.a"`` for that of its exercise a.
        title: what holds when it passes, as a short sentence.
        files: the learner's files it depends on, such as ``messenger/counter_live.py``.
        body: the function that runs it.
        since: the first state on which it passes.
        until: the first state on which it no longer passes; None when there is none.
        fresh: whether it needs a server and a database of its own.
    """

    id: str
    title: str
    files: tuple[str, ...]
    body: Body
    since: int
    until: int | None = None
    fresh: bool = False

    @property
    def chapter(self) -> int:
        """The number of its chapter."""
        return int(self.id.split(".")[0])

    @property
    def exercise(self) -> str | None:
        """The letter of its exercise; None for a check of the chapter itself."""
        part = self.id.split(".")[1]
        return None if part.isdecimal() else part

    def holds_on(self, state: int) -> bool:
        """Return whether it passes on this state, without solved exercises."""
        return self.exercise is None and self.since <= state and (self.until is None or state < self.until)

    @property
    def order(self) -> tuple[int, int, str]:
        """The key to sort by: chapters in order, their own checks before those of exercises."""
        part = self.id.split(".")[1]
        return self.chapter, int(part) if part.isdecimal() else 1000, part


_registered: list[Check] = []

# A chapter's folder begins with a digit, so `import` cannot name it; its own files use `from .steps`.
_PACKAGE = "course_checks"


def since(state: int, until: int | None = None) -> Callable[[Body], Body]:
    """Declare the states on which a check passes: from ``state`` on, before ``until``. Goes below `check`."""

    def mark(body: Body) -> Body:
        body.__course_states__ = (state, until)  # type: ignore[attr-defined]
        return body

    return mark


def check(id: str, title: str, *, files: Sequence[str] = (), fresh: bool = False) -> Callable[[Body], Body]:
    """Register an async function that takes a `CheckContext` as a check.

    Args:
        id: ``"chapter.number"``, or ``"chapter.letter"`` for an exercise.
        title: what holds when it passes.
        files: the learner's files to compare when it fails.
        fresh: whether it gets a server and a database of its own; otherwise it shares both.

    Raises:
        ValueError: if the id is wrong or taken, or `since` is missing.
    """
    if not ID.fullmatch(id):
        raise ValueError(f"{id!r} is not an id of a check: write 1.2, or 1.a for an exercise")

    def register(body: Body) -> Body:
        states = getattr(body, "__course_states__", None)
        if states is None:
            raise ValueError(f"check {id} has no states: put @since({id.split('.')[0]}) below @check")
        if any(known.id == id for known in _registered):
            raise ValueError(f"there are two checks {id}")
        _registered.append(Check(id, title, tuple(files), body, states[0], states[1], fresh))
        return body

    return register


def load_checks(course: Course | None = None) -> tuple[Check, ...]:
    """Load the checks of ``chapters/NN_…/checks``, in order. Edits since the last call count.

    Raises:
        ValueError: if a check has no states, or an id that is wrong, taken, or of another chapter.
    """
    course = course or Course.here()
    _registered.clear()
    _forget_modules(course.chapters_dir)
    for chapter in course.chapters:
        known = len(_registered)
        for path in sorted(chapter.checks_dir.glob("*.py")):
            importlib.import_module(f"{_PACKAGE}.{chapter.folder}.checks.{path.stem}")
        for one in _registered[known:]:
            if one.chapter != chapter.number:
                folder = course.relative(chapter.checks_dir)
                raise ValueError(f"check {one.id} is in {folder}, the folder of another chapter")
    return tuple(sorted(_registered, key=lambda one: one.order))


def _forget_modules(chapters: Path) -> None:
    """Forget the imported checks, and make a package whose modules are the files of chapters."""
    for name in [name for name in sys.modules if name.split(".")[0] == _PACKAGE]:
        del sys.modules[name]
    importlib.invalidate_caches()
    package = ModuleType(_PACKAGE)
    package.__path__ = [str(chapters)]
    sys.modules[_PACKAGE] = package


def select(which: str, checks: Iterable[Check]) -> tuple[Check, ...]:
    """Return the checks called ``1`` (the chapter's own), ``1.2`` or ``1.a``.

    Raises:
        CourseError: if there is none.
    """
    known = list(checks)
    chapter, _, part = which.partition(".")
    number = Course.here().chapter(chapter).number
    mine = [one for one in known if one.chapter == number]
    chosen = [one for one in mine if (one.id == f"{number}.{part}" if part else one.exercise is None)]
    if not chosen:
        listing = ", ".join(one.id for one in mine) or "none"
        raise CourseError(f"There is no check {which}.", f"Chapter {number} has: {listing}.")
    return tuple(chosen)

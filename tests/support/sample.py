"""The sample that a commit runs of the tests that grow with the square of the chapters.

    @pytest.mark.grows(state=5, chapter=3, daily=False)

marks a test of the promises of chapter 3 on the state of chapter 5, which is not one of those that are run
every day. There is one for each check on each later state, and several for each chapter, so a commit does not
run them all. It runs

- all of a state that is touched, and all of a touched chapter: checks, exercises, mistakes, notebook, demo;
- of the rest a third, another third with each commit: three commits in a row run every test.

Files are touched if they differ from the commit before (of a merge: from each of those), from ``origin/main``
or from the present commit. Where Git cannot tell (no repository, no commit before), all files count as
touched.
"""

from __future__ import annotations

import re
import subprocess
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

THIRDS = 3

# Files on which all states and all their tests depend.
FOR_ALL = ("chapters/course.toml", "tests/support/sample.py", "tests/support/reports.py")


@dataclass(frozen=True)
class Case:
    """A test that grows with the chapters.

    Attributes:
        file: the file of the test, from the repository's root.
        state: the chapter whose state it tests.
        chapter: the chapter whose promise it tests.
        third: the third to which it belongs.
        daily: whether `make test` runs it.
    """

    file: str
    state: int
    chapter: int
    third: int
    daily: bool = False


@dataclass(frozen=True)
class Sample:
    """The sample that a commit runs of the tests that grow.

    Attributes:
        turn: the third whose turn it is: 0, 1 or 2.
        touched: the files that have changed; None if that is not known.
    """

    turn: int
    touched: frozenset[str] | None

    @classmethod
    def of(cls, root: Path) -> Sample:
        """Return the sample of the commit that is checked out in ``root``."""
        return cls(turn_of(root), touched_files(root))

    def takes(self, case: Case) -> bool:
        """Return whether a test is run: it is touched, or it is its turn."""
        return self.touches(case) or case.third == self.turn

    def touches(self, case: Case) -> bool:
        """Return whether a test, or a file that it tests, has changed."""
        if self.touched is None or not self.touched.isdisjoint((*FOR_ALL, case.file)):
            return True
        return case.chapter in self.chapters or (self.lowest is not None and self.lowest <= case.state)

    @cached_property
    def chapters(self) -> frozenset[int]:
        """The chapters with changes: in files, checks, exercises, prose or notebook."""
        found = (re.match(r"(?:chapters|notebooks)/(\d+)_", path) for path in self.touched or ())
        return frozenset(int(match[1]) for match in found if match)

    @cached_property
    def lowest(self) -> int | None:
        """The first chapter whose files have changed, on which its state and all later ones depend."""
        found = (re.match(r"chapters/(\d+)_[^/]*/files/", path) for path in self.touched or ())
        return min((int(match[1]) for match in found if match), default=None)


def grown(item: pytest.Item) -> Case | None:
    """Return the case of a test with the mark ``grows``; None without the mark.

    With ``together``, all tests of a state are in one third: they share expensive parts, or depend on the
    results of the tests before.
    """
    mark = item.get_closest_marker("grows")
    if mark is None:
        return None
    state, chapter, daily = (mark.kwargs[name] for name in ("state", "chapter", "daily"))
    third = state if mark.kwargs.get("together") else zlib.crc32(item.name.encode())
    return Case(item.nodeid.partition("::")[0], state, chapter, third % THIRDS, daily)


def is_wanted(item: pytest.Item, sample: Sample, matrix: bool, some: bool) -> bool:
    """Return whether a test is run: see the table in `conftest`; ``some`` is ``--sample``."""
    case = grown(item)
    if case is None:
        return matrix == (item.get_closest_marker("matrix") is not None)
    if not matrix:
        return case.daily and sample.takes(case)
    return not some or case.daily != sample.takes(case)


def told_of(left_out: Iterable[pytest.Item], sample: Sample) -> list[str]:
    """Return the lines that report the tests left out, with the commands that run them."""
    items = list(left_out)
    marked = sum(1 for item in items if item.get_closest_marker("matrix"))
    grows = [case for case in map(grown, items) if case is not None]
    states = sorted({case.state for case in grows if sample.touches(case)})
    lines = []
    if marked:
        lines.append(f"Left out: {marked} tests marked `matrix`, which `make sample` and `make matrix` run.")
    if grows:
        lines.append(
            f"Left out: {len(grows)} tests of what chapters promise on a state. Of those untouched "
            f"a commit runs a third, this one number {sample.turn + 1}. `make matrix` runs them all."
        )
    if states:
        lines.append(f"Among them states that are touched: {', '.join(map(str, states))}. Run `make sample`.")
    return lines


def touched_files(root: Path) -> frozenset[str] | None:
    """Find the files that differ from a commit before, from ``origin/main`` or from the last commit.

    A merge has several commits before: a file that differs from one of them is touched.

    Returns:
        Their paths from ``root``; None if there is nothing to compare with.
    """
    before = git(root, "rev-parse", "HEAD^@").split()
    if not before:
        return None
    main = git(root, "merge-base", "HEAD", "origin/main").split()
    found = git(root, "ls-files", "--others", "--exclude-standard", "-z")
    for base in (*before, *main):
        found += git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", base)
    return frozenset(filter(None, found.split("\0")))


def turn_of(root: Path) -> int:
    """Return the third whose turn it is: the next one after that of the commit before.

    A clone that lacks the first commits cannot count them, and takes the third from the commit's hash.
    """
    if git(root, "rev-parse", "--is-shallow-repository").strip() == "false":
        return int(git(root, "rev-list", "--count", "--first-parent", "HEAD") or 0) % THIRDS
    return int(git(root, "rev-parse", "HEAD").strip() or "0", 16) % THIRDS


def git(root: Path, *words: str) -> str:
    """Return the output of a Git command; empty if it fails, or there is no Git."""
    try:
        done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout if done.returncode == 0 else ""

"""What a commit runs of the tests that grow with the chapters."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.sample import THIRDS, Case, Sample

ROOT = Path(__file__).parents[2]
LAST = 8

CASES = [
    Case("tests/messenger/test_states.py", state, chapter, third)
    for state in range(1, LAST + 1)
    for chapter in range(1, state + 1)
    for third in range(THIRDS)
]

TESTS = """
import pytest

def three(daily):
    marks = [pytest.mark.grows(state=state, chapter=1, daily=daily, together=True) for state in range(3)]
    return pytest.mark.parametrize("state", [pytest.param(state, marks=marks[state]) for state in range(3)])

@three(daily=True)
def test_daily(state): ...

@three(daily=False)
def test_other(state): ...

@pytest.mark.matrix
def test_matrix(): ...

def test_plain(): ...
"""

SETTINGS = """
[pytest]
markers =
    matrix
    grows
"""


class Repository:
    """A repository in which files are written and committed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.commit("README.md")

    def git(self, *words: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *words], cwd=self.root, check=True)

    def write(self, path: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{file.read_text() if file.is_file() else ''}one line more\n")

    def commit(self, *paths: str) -> None:
        for path in paths:
            self.write(path)
        self.git("add", "-A")
        self.git("commit", "-qm", "A change", "--allow-empty")

    @property
    def sample(self) -> Sample:
        return Sample.of(self.root)

    @property
    def whole(self) -> set[tuple[int, int]]:
        """State and chapter of what is tried whole."""
        sample = self.sample
        return {(case.state, case.chapter) for case in CASES if sample.touches(case)}


def of_states(*states: int) -> set[tuple[int, int]]:
    return {(case.state, case.chapter) for case in CASES if case.state in states}


def of_chapter(chapter: int) -> set[tuple[int, int]]:
    return {(case.state, case.chapter) for case in CASES if case.chapter == chapter}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A repository with two commits, the last of which touches no chapter."""
    made = Repository(tmp_path / "repository")
    made.commit("app/quart_live/router.py")
    return made


def test_three_commits_in_a_row_run_every_test_once(repository: Repository) -> None:
    taken: list[Case] = []
    for _ in range(THIRDS):
        sample = repository.sample
        assert not any(sample.touches(case) for case in CASES)
        taken += [case for case in CASES if sample.takes(case)]
        assert sample == repository.sample, "a commit has one sample"
        repository.commit("app/quart_live/router.py")
    assert sorted(taken, key=str) == sorted(CASES, key=str)


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("chapters/06_lost/files/messenger/a.py", of_states(6, 7, 8) | of_chapter(6)),
        ("chapters/03_live/checks/once.py", of_chapter(3)),
        ("chapters/03_live/checks/mistakes.toml", of_chapter(3)),
        ("chapters/03_live/exercises/a/files/messenger/a.py", of_chapter(3)),
        ("chapters/03_live/chapter.md", of_chapter(3)),
        ("notebooks/03_live.ipynb", of_chapter(3)),
        ("tests/course/fixtures/small/chapters/03_live/files/a.py", set()),
        ("chapters/course/cli/learner.py", set()),
        ("tests/messenger/test_states.py", of_states(*range(LAST + 1))),
        ("chapters/course.toml", of_states(*range(LAST + 1))),
    ],
)
def test_what_is_touched_is_tried_whole(
    repository: Repository, path: str, whole: set[tuple[int, int]]
) -> None:
    repository.write(path)
    assert repository.whole == whole, "not committed, not even added"
    repository.commit()
    assert repository.whole == whole, "committed"
    sample = repository.sample
    assert all(sample.takes(case) for case in CASES if (case.state, case.chapter) in whole)


def test_commits_that_are_not_on_main_yet_count_and_so_do_moves(repository: Repository) -> None:
    repository.commit("chapters/04_accounts/files/messenger/a.py")
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repository.git("mv", "chapters/04_accounts/files/messenger/a.py", "a.py")
    repository.commit()
    repository.commit("README.md")
    assert repository.whole == of_states(4, 5, 6, 7, 8) | of_chapter(4)


def test_of_a_merge_what_either_side_has_brought_counts(repository: Repository) -> None:
    repository.git("checkout", "-q", "-b", "own")
    repository.commit("chapters/07_state/files/messenger/a.py")
    repository.commit("README.md")
    repository.git("checkout", "-q", "main")
    repository.commit("chapters/02_first/chapter.md")
    for here, other in (("main", "own"), ("own", "main")):
        repository.git("checkout", "-q", "-B", f"merged-into-{here}", here)
        repository.git("merge", "-q", "--no-edit", other)
        assert repository.whole == of_states(7, 8) | of_chapter(7) | of_chapter(2)


def test_without_history_everything_is_touched(tmp_path: Path) -> None:
    alone = Repository(tmp_path / "alone")
    assert alone.sample.touched is None, "there is no commit before"
    (tmp_path / "archive").mkdir()
    for sample in (alone.sample, Sample.of(tmp_path / "archive")):
        assert all(sample.takes(case) for case in CASES)


def test_a_shallow_clone_takes_its_third_from_the_hash(repository: Repository, tmp_path: Path) -> None:
    for depth, known in ((1, False), (2, True)):
        clone = tmp_path / f"depth-{depth}"
        repository.git("clone", "-q", "--depth", str(depth), repository.root.as_uri(), str(clone))
        asked = subprocess.run(["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True)
        sample = Sample.of(clone)
        assert sample.turn == int(asked.stdout, 16) % THIRDS
        assert (sample.touched is not None) == known


Run = Callable[..., tuple[set[str], str]]


@pytest.fixture
def run(repository: Repository) -> Run:
    """Runs the tests above with the conftest of all; the names of those that ran, and the last lines."""
    (repository.root / "test_all.py").write_text(TESTS, encoding="utf-8")
    (repository.root / "pytest.ini").write_text(SETTINGS, encoding="utf-8")
    repository.commit()
    repository.commit("README.md")
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("tests", "app", "chapters"))

    def call(*words: str) -> tuple[set[str], str]:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-v", *words],
            cwd=repository.root,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        names = re.findall(r"::(test_\S+)", done.stdout)
        return set(names), done.stdout

    return call


def test_each_command_runs_its_share(run: Run, repository: Repository) -> None:
    turn = repository.sample.turn
    daily, other = ({f"test_{name}[{state}]" for state in range(3)} for name in ("daily", "other"))
    taken = {f"test_daily[{turn}]", f"test_other[{turn}]"}
    every_day, said = run()
    assert every_day == {"test_plain"} | (daily & taken)
    assert run("--matrix", "--sample")[0] == {"test_matrix"} | (daily - taken) | (other & taken)
    assert run("--matrix")[0] == {"test_matrix"} | daily | other
    assert "Left out: 1 tests marked `matrix`" in said
    assert "Left out: 5 tests of what chapters promise on a state." in said
    assert f"a third, this one number {turn + 1}. `make matrix` runs them all." in said
    assert "touched:" not in said


def test_what_is_touched_and_left_out_is_told_in_two_processes_too(run: Run, repository: Repository) -> None:
    repository.commit("chapters/02_two/files/a.py")
    names, said = run("-n", "2")
    assert {"test_daily[2]", "test_plain"} <= names
    assert not {name for name in names if "other" in name}
    assert "Among them states that are touched: 2. Run `make sample`." in said

"""Gates 6 and 7: checks pass where they should, and fail where they should, with the message a learner sees.

Gate 6: on state N every check with ``since ≤ N < until`` passes. Of every day are those on the finished app;
each chapter's own checks on its own state run in ``tests/notebooks`` too, on files that are the same to the
byte.
Gate 7: the checks of chapter N fail on state N-1 by their own assertion, and say what the golden file says;
``PARLEY_UPDATE_GOLDEN=1`` writes these anew. An exercise's check passes on its solution and fails before.
Of every day are those of the first chapters.

What a commit runs of all this: see `support.sample`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from support.reports import agree, for_golden, golden_of
from support.sample import THIRDS

from course.checks import Check, CheckResult, load_checks
from course.checks.report import render_result
from course.checks.runner import run_checks
from course.lab import find_chromium
from course.source.model import Course
from course.source.states import fold

CHECKS = load_checks()
COURSE = Course.here()
WRITTEN = [chapter.number for chapter in COURSE.chapters if chapter.files_dir.is_dir()]
# What must be red is of every day in these: one in each third.
FIRST_CHAPTERS = range(1, THIRDS + 1)
# A check that is about to fail need not wait as long as one that is about to pass on a busy machine.
SHORT = 1.0
# Two at a time keep two processors busy; with pytest-xdist there are other processes that do.
LANES = 1 if "PYTEST_XDIST_WORKER" in os.environ else 2

NO_BROWSER = "no Chromium on this machine: see `course doctor`"

# The first test of a state does the work of all of them.
pytestmark = pytest.mark.timeout(1800)
in_a_browser = pytest.mark.skipif(find_chromium() is None, reason=NO_BROWSER)


Case = tuple[int, Check]


def passing() -> list[Case]:
    """Gate 6: each state with each check that is meant for it."""
    return [(state, check) for state in WRITTEN for check in CHECKS if check.holds_on(state)]


def biting() -> list[Case]:
    """Gate 7: each chapter's own checks, on the state before."""
    chapters = [0, *WRITTEN]
    before = dict(zip(chapters[1:], chapters, strict=False))
    return [
        (before[check.chapter], check) for check in CHECKS if check.chapter in before and not check.exercise
    ]


def exercises() -> list[Case]:
    """The checks of exercises in chapters that are written, on the state they start from."""
    return [(check.chapter, check) for check in CHECKS if check.exercise and check.chapter in WRITTEN]


def params(cases: Sequence[Case], daily: Callable[[Case], bool], together: bool = False) -> list[Any]:
    """Cases as parameters. Ids: see `conftest.group_of`; the mark: see `support.sample`."""
    return [
        pytest.param(
            (state, check),
            id=f"state{state}-{check.id}",
            marks=pytest.mark.grows(
                state=state, chapter=check.chapter, daily=daily((state, check)), together=together
            ),
        )
        for state, check in cases
    ]


def run(
    checks: Sequence[Check], state: str | int, folder: Path, patience: float = 10.0, lanes: int = LANES
) -> dict[str, CheckResult]:
    """Run checks on a state, sharing servers and one browser."""
    results = asyncio.run(run_checks(checks, state, artefacts=folder, patience=patience, lanes=lanes))
    return {result.id: result for result in results}


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder for pictures, frames and logs of failures."""
    return tmp_path_factory.mktemp("checks")


@pytest.fixture
def chosen(request: pytest.FixtureRequest) -> tuple[Case, ...]:
    """The cases of a test that are run today; one run of a state's does the work for all."""
    name = request.node.originalname
    items: list[Any] = request.session.items
    return tuple(
        item.callspec.params["case"] for item in items if getattr(item, "originalname", None) == name
    )


def on_state(cases: Sequence[Case], state: int) -> list[Check]:
    """The checks among the cases of one state."""
    return [check for on, check in cases if on == state]


@cache
def results_on(state: int, cases: tuple[Case, ...], folder: Path) -> dict[str, CheckResult]:
    """The chosen checks that should pass on a state, run once."""
    return run(on_state(cases, state), state, folder / f"pass-{state}")


@cache
def bites_on(state: int, folder: Path) -> dict[str, CheckResult]:
    """The next chapter's checks on a state, all of them, one by one: reports tell of what came before."""
    return run(on_state(biting(), state), state, folder / f"bite-{state}", SHORT, lanes=1)


@cache
def unsolved_on(state: int, cases: tuple[Case, ...], folder: Path) -> dict[str, CheckResult]:
    """The chosen checks of a chapter's exercises before anybody has solved them, run once."""
    return run(on_state(cases, state), state, folder / f"unsolved-{state}", SHORT)


@in_a_browser
@pytest.mark.parametrize("case", params(passing(), lambda case: case[0] == COURSE.last))
def test_gate_6_a_check_passes_on_its_states(case: Case, chosen: tuple[Case, ...], evidence: Path) -> None:
    state, check = case
    result = results_on(state, chosen, evidence)[check.id]
    assert result.passed, "\n" + render_result(result)


@pytest.mark.parametrize(
    "case", params(biting(), lambda case: case[1].chapter in FIRST_CHAPTERS, together=True)
)
def test_gate_7_a_check_fails_before_its_chapter(case: Case, evidence: Path) -> None:
    state, check = case
    if state and find_chromium() is None:
        pytest.skip(NO_BROWSER)
    result = bites_on(state, evidence)[check.id]
    assert result.verdict == "failed", "\n" + render_result(result)
    assert not result.raised, "it must fail by its own assertion, not because the app raised"
    agree(golden_of(check.chapter) / f"{check.id}.txt", for_golden(result))


@in_a_browser
@pytest.mark.parametrize("case", params(exercises(), lambda case: case[1].chapter in FIRST_CHAPTERS))
def test_an_exercise_is_red_before_and_green_when_solved(
    case: Case, chosen: tuple[Case, ...], evidence: Path
) -> None:
    state, check = case
    before = unsolved_on(state, chosen, evidence)[check.id]
    assert before.verdict == "failed", "\n" + render_result(before)
    solved = run([check], check.id, evidence / f"solved-{check.id}")[check.id]
    assert solved.passed, "\n" + render_result(solved)


def test_every_chapter_has_checks_and_every_exercise_one() -> None:
    ids = {check.id for check in CHECKS}
    assert {check.chapter for check in CHECKS} >= set(WRITTEN)
    for chapter in COURSE.chapters:
        assert ids >= {f"{chapter.number}.{letter}" for letter in chapter.exercises}


def test_checks_name_files_that_are_there() -> None:
    for check in CHECKS:
        if check.chapter in WRITTEN:
            state = fold(COURSE, check.chapter, check.exercise)
            assert not set(check.files) - set(state), f"check {check.id} names files that its chapter has not"


def test_chapters_without_browser_checks_are_told() -> None:
    missing = [chapter.number for chapter in COURSE.chapters if chapter.number not in WRITTEN]
    if missing:
        pytest.skip(f"chapters without files yet: {missing}")

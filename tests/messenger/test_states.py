"""Gates 6 and 7: checks pass where they should, and fail where they should, with the message a learner sees.

Gate 6: on state N every check with ``since ≤ N < until`` passes.
Gate 7: the checks of chapter N fail on state N-1 by their own assertion, and say what the golden file says;
``PARLEY_UPDATE_GOLDEN=1`` writes these anew. An exercise's check passes on its solution and fails before.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from course.checks import Check, CheckResult, load_checks
from course.checks.report import render_result
from course.checks.runner import run_checks
from course.lab import find_chromium
from course.model import Course
from course.states import fold

GOLDEN = Path(__file__).parent / "golden"

# Several people act at once in these: which of their frames was the last differs from run to run.
ALL_AT_ONCE = {"3.4"}
CHECKS = load_checks()
COURSE = Course.here()
WRITTEN = [chapter.number for chapter in COURSE.chapters if chapter.files_dir.is_dir()]
# A check that is about to fail need not wait as long as one that is about to pass on a busy machine.
SHORT = 1.0
LANES = 2

NO_BROWSER = "no Chromium on this machine: see `course doctor`"

# The first test of a state does the work of all of them.
pytestmark = pytest.mark.timeout(900)
in_a_browser = pytest.mark.skipif(find_chromium() is None, reason=NO_BROWSER)


def passing() -> list[tuple[int, Check]]:
    """Gate 6: each state with each check that is meant for it."""
    return [(state, check) for state in WRITTEN for check in CHECKS if check.holds_on(state)]


def biting() -> list[tuple[int, Check]]:
    """Gate 7: each chapter's own checks, on the state before."""
    chapters = [0, *WRITTEN]
    before = dict(zip(chapters[1:], chapters, strict=False))
    return [
        (before[check.chapter], check) for check in CHECKS if check.chapter in before and not check.exercise
    ]


def exercises() -> list[Check]:
    """The checks of exercises in chapters that are written."""
    return [check for check in CHECKS if check.exercise and check.chapter in WRITTEN]


def named(case: tuple[int, Check] | Check) -> str:
    """How a case is called in the test's name."""
    return f"state{case[0]}-{case[1].id}" if isinstance(case, tuple) else case.id


def run(
    checks: Sequence[Check], state: str | int, folder: Path, patience: float = 10.0
) -> dict[str, CheckResult]:
    """Run checks on a state, sharing servers and one browser."""
    results = asyncio.run(run_checks(checks, state, artefacts=folder, patience=patience, lanes=LANES))
    return {result.id: result for result in results}


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures, frames and logs of failures go."""
    return tmp_path_factory.mktemp("checks")


@cache
def results_on(state: int, folder: Path) -> dict[str, CheckResult]:
    """Every check that should pass on a state, run once."""
    return run([check for on, check in passing() if on == state], state, folder / f"pass-{state}")


@cache
def bites_on(state: int, folder: Path) -> dict[str, CheckResult]:
    """The next chapter's checks on a state, run once."""
    return run([check for on, check in biting() if on == state], state, folder / f"bite-{state}", SHORT)


@in_a_browser
@pytest.mark.parametrize("case", passing(), ids=named)
def test_gate_6_a_check_passes_on_its_states(case: tuple[int, Check], evidence: Path) -> None:
    state, check = case
    result = results_on(state, evidence)[check.id]
    assert result.passed, "\n" + render_result(result)


@pytest.mark.parametrize("case", biting(), ids=named)
def test_gate_7_a_check_fails_before_its_chapter(case: tuple[int, Check], evidence: Path) -> None:
    state, check = case
    if state and find_chromium() is None:
        pytest.skip(NO_BROWSER)
    result = bites_on(state, evidence)[check.id]
    assert result.verdict == "failed", "\n" + render_result(result)
    assert not result.raised, "it must fail by its own assertion, not because the app raised"
    agree(GOLDEN / f"{check.id}.txt", for_golden(result))


@in_a_browser
@pytest.mark.parametrize("check", exercises(), ids=named)
def test_an_exercise_is_red_before_and_green_when_solved(check: Check, evidence: Path) -> None:
    before = run([check], check.chapter, evidence / f"before-{check.id}", SHORT)[check.id]
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


def for_golden(result: CheckResult) -> str:
    """The report as the learner sees it, without what differs from run to run."""
    text = render_result(result).replace(result.artefacts, "workspace/.course/last_check/" + result.id)
    text = re.sub(r"\d[\d,]* B\b", "N B", text)
    text = re.sub(r"\b\d\d:\d\d\b", "HH:MM", text)
    if result.id in ALL_AT_ONCE:
        text = re.sub(r"^    wire .*$", "    wire       …", text, flags=re.MULTILINE)
    return re.sub(r"phx-[\w-]{12}\b", "phx-…", text) + "\n"


def agree(path: Path, text: str) -> None:
    """The text is that of the golden file, or becomes it."""
    if os.environ.get("PARLEY_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    known = path.read_text(encoding="utf-8") if path.is_file() else ""
    assert text == known, f"{path.name} differs; PARLEY_UPDATE_GOLDEN=1 writes it anew"

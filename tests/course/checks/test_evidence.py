"""What a report says of files and frames, and which log it sends to."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.checks import CheckResult
from course.checks.evidence import differing_files
from course.checks.registry import Check
from course.checks.runner import LONGEST, one_line
from course.lab.app.host import Host
from course.lab.app.state import AppState, prepare_database
from course.lab.errors import AppDidNotStart
from course.lab.link.frames import Frame
from course.source.states import fold
from course.state_folder import write_state

COUNTER = "messenger/counter_live.py"
EXERCISE = Check("1.a", "Reset sets the count back", (COUNTER,), lambda _: None, since=1)  # type: ignore[arg-type,return-value]


@pytest.fixture
def told(tmp_path: Path) -> Callable[[bytes], tuple[str, ...]]:
    """Return the report of exercise 1.a on this counter."""
    course = Course.here()

    def tell(counter: bytes) -> tuple[str, ...]:
        write_state({**fold(course, 1), COUNTER: counter}, tmp_path)
        return differing_files(EXERCISE, AppState("x", tmp_path, tmp_path / "static"), course)

    return tell


def test_an_exercise_is_compared_with_its_solution(told: Callable[[bytes], tuple[str, ...]]) -> None:
    course = Course.here()
    begun, solved = fold(course, 1)[COUNTER], fold(course, 1, "a")[COUNTER]
    assert told(begun) == (f"{COUNTER} is as the exercise begins",)
    assert told(solved) == ()
    wrong = solved.replace(b"self.assign(clicks=0, click=None)", b"self.asign(clicks=0, click=None)")
    line = wrong[: wrong.index(b"self.asign")].count(b"\n") + 1
    assert told(wrong) == (f"{COUNTER} differs from the solution in line {line}",)
    result = CheckResult("1.a", "x", "failed")
    assert ("your files", "equal to the solution's") in result.lines()
    assert ("your files", "equal to the chapter's") in CheckResult("1.1", "x", "failed").lines()


def test_a_frame_in_a_report_is_a_phrase() -> None:
    frame = Frame("Bob", "sent", "event", "event", "lv:phx-1", {"value": "x" * 900}, 950, 'click "add"')
    assert str([frame]) == '[Bob → event 950 B: click "add"]'


def test_what_was_seen_is_cut() -> None:
    assert one_line("word " * 200) == ("word " * 200)[: LONGEST - 2] + " …"
    assert one_line("  two\n words ") == "two words"


@pytest.fixture
def broken(small: Course) -> AppState:
    """An app that cannot start, and whose database cannot be prepared."""
    package = small.workspace / "messenger"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "prepare.py").write_text("print('the whole story')\nraise KeyError('why')\n", encoding="utf-8")
    return AppState("broken", small.workspace, small.workspace / "static")


def test_a_log_that_is_named_is_there_afterwards(small: Course, broken: AppState, tmp_path: Path) -> None:
    log = tmp_path / "prepare.log"
    with pytest.raises(AppDidNotStart) as told:
        prepare_database(broken, {"PATH": ""}, log)
    log.unlink()
    named = small.root / told.value.advice.removeprefix("The whole log: ")
    assert "the whole story" in named.read_text(encoding="utf-8")


async def test_so_is_that_of_an_app_that_does_not_start(
    small: Course, broken: AppState, tmp_path: Path
) -> None:
    (broken.folder / "messenger" / "prepare.py").unlink()
    (broken.folder / "messenger" / "__init__.py").write_text("raise KeyError('why')\n", encoding="utf-8")
    log = tmp_path / "server.log"
    log.touch()
    with pytest.raises(AppDidNotStart) as told:
        await Host(broken, tmp_path / "data", log).start()
    log.unlink()
    named = small.root / told.value.advice.removeprefix("The whole log: ")
    assert "KeyError: 'why'" in named.read_text(encoding="utf-8")

"""Watch, standing and JSON: one check at a time, tried again after each save."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import IO

import pytest

from course import Course
from course.checks import Check, CheckResult
from course.checks.watch import is_own_file, one_round
from course.lab import find_chromium
from course.lab.app.state import find_state
from course.learner.progress import remember, standing
from course.learner.workspace import Workspace
from course.notebook.lab import NotebookLab
from course.source.states import fold
from course.state_folder import write_state

Run = Callable[..., tuple[int, str]]
GREET = "messenger/greet.py"
PATIENCE = 60.0


async def nothing(_: object) -> None:
    """A check's body that is never run here."""


def checks(*ids: str) -> list[Check]:
    return [Check(one, one, (), nothing, 1) for one in ids]


@pytest.mark.parametrize(
    ("first", "red", "tried", "stuck"),
    [
        (None, "1.2", ["1.1", "1.2"], "1.2"),
        ("1.2", "1.2", ["1.2"], "1.2"),
        ("1.2", "1.1", ["1.2", "1.3", "1.1"], "1.1"),
        ("1.2", "", ["1.2", "1.3", "1.1"], None),
    ],
)
async def test_a_round_begins_where_one_is_stuck(
    first: str | None, red: str, tried: list[str], stuck: str | None
) -> None:
    seen: list[str] = []

    async def run(check: Check) -> CheckResult:
        seen.append(check.id)
        return CheckResult(check.id, check.title, "failed" if check.id == red else "passed")

    found = await one_round(checks("1.1", "1.2", "1.3"), first, run)
    assert seen == tried
    assert (found.stuck.id if found.stuck else None) == stuck


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("messenger/chat.py", True),
        ("static/app.css", True),
        ("messenger/__pycache__/chat.cpython-311.pyc", False),
        ("messenger/.chat.py.4711.tmp", False),
        ("messenger/.chat.py.swp", False),
        ("messenger/chat.py~", False),
        ("messenger/.ipynb_checkpoints/chat.py", False),
    ],
)
def test_what_counts_as_a_save(path: str, own: bool) -> None:
    assert is_own_file(path) is own


def test_where_one_stopped_is_known_the_next_day(small: Course, run: Run) -> None:
    run("start", "1")
    workspace, chapter = Workspace(small), small.chapter(1)
    assert standing(small, workspace, 1).current is not None
    assert remember(small, workspace, chapter, [CheckResult("1.1", "Alice is greeted", "failed")]) is False
    later = standing(small, Workspace(small), 1)
    assert (later.passed, later.current and later.current.id) == (0, "1.1")
    assert "Now: 1.1 Alice is greeted (`course hint 1.1`)." in run()[1]
    assert "1.1" in run("hint")[1]
    assert remember(small, workspace, chapter, [CheckResult("1.1", "Alice is greeted", "passed")]) is True
    done = standing(small, Workspace(small), 1)
    assert (done.bar.split(" ", 1)[1], done.current, done.done) == ("1 of 1", None, True)
    assert "Every check of chapter 1 has passed." in run("hint")[1]


async def test_what_the_notebook_has_checked_is_known_too(
    small: Course, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("start", "1")

    async def green(*_: object, **__: object) -> list[CheckResult]:
        return [CheckResult("1.1", "Alice is greeted", "passed")]

    monkeypatch.setattr("course.notebook.lab.run_checks", green)
    async with NotebookLab.for_state(find_state("workspace", small)) as lab:
        await lab.check(1)
    assert standing(small, Workspace(small), 1).passed == 1
    assert "Every check of chapter 1 has passed." in run("hint")[1]
    assert "Chapter 1 is done. Next: `course start 2`." in run()[1]


def test_a_dashboard_gets_json(small: Course, run: Run) -> None:
    run("start", "1")
    code, text = run("check", "--json")
    assert code == 1
    told = json.loads(text)
    assert (told["chapter"], told["passed"], told["checks"][0]["verdict"]) == (1, False, "failed")
    code, text = run("list", "--json")
    assert code == 0
    assert json.loads(text)["chapters"][0]["checks"][0]["verdict"] == "failed"
    code, text = run("check", "9", "--json")
    assert code == 1
    assert json.loads(text)["error"] == "There is no chapter '9'."


@pytest.fixture
def watching(small: Course) -> Iterator[Callable[[str], None]]:
    """`course watch` in a process of its own; waits until a text is on its screen."""
    write_state(fold(small, 1), small.workspace)
    Workspace(small).progress.chapter = 1
    (small.workspace / GREET).write_text("WORD = (1\n", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "course", "watch"],
        env={**os.environ, "PARLEY_ROOT": str(small.root), "PYTHONUNBUFFERED": "1", "COLUMNS": "120"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None

    def read(screen: IO[str]) -> None:
        for line in screen:
            lines.put(line)

    reader = threading.Thread(target=read, args=(process.stdout,))
    reader.start()

    def wait_for(text: str) -> None:
        seen = ""
        until = time.monotonic() + PATIENCE
        while text not in seen:
            try:
                seen += lines.get(timeout=max(until - time.monotonic(), 0))
            except queue.Empty:
                pytest.fail(f"{text!r} does not come; the screen says:\n{seen}")

    try:
        yield wait_for
        process.send_signal(signal.SIGINT)
        wait_for("Stopped.")
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()
        reader.join()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
def test_watch_tries_again_after_each_save(small: Course, watching: Callable[[str], None]) -> None:
    target = small.workspace / GREET
    watching("'(' was never closed: WORD = (1")
    watching("Ctrl-C stops.")
    target.write_text("WORD = 1\nLOUD = (2\n", encoding="utf-8")
    watching("greet.py, line 2: '(' was never closed: LOUD = (2")
    watching("Ctrl-C stops.")

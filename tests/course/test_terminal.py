"""What the commands say survives a terminal that is not UTF-8."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from course import Course
from course.checks.display import print_result
from course.checks.report import CheckResult
from course.learner.workspace import Workspace
from course.screen import screen
from course.setup import bootstrap
from course.source.states import fold
from course.state_folder import write_state
from course.terminal import survive

RED = CheckResult(
    "1.1", "Alice’s “café” is greeted", "failed", ("wrote “naïve”",), "→ 5 × “ß”", "▰▱ ⠋ 猫", ("… − …",)
)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
@pytest.mark.parametrize(
    "words", [["list"], ["diff"], ["check", "--help"], ["start", "9"], ["--help"]], ids=str
)
def test_a_command_writes_in_the_terminals_own_encoding(
    small: Course, encoding: str, words: list[str]
) -> None:
    Workspace(small).progress.chapter = 1
    write_state(
        fold(small, 1) | {"messenger/own.py": b"WORD = 'caf\xc3\xa9 \xe2\x9c\x93'\n"}, small.workspace
    )
    (small.workspace / "messenger/greet.py").write_text('"""Caf\u00e9 \u2713 \u732b."""\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "course", *words],
        env={**os.environ, "PARLEY_ROOT": str(small.root), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    said = (done.stdout + done.stderr).decode(encoding)
    assert done.returncode == (1 if words == ["start", "9"] else 0), said
    assert said and "Traceback" not in said and "went wrong inside" not in said
    if words == ["diff"]:
        shown = {"ascii": "Cafe + ?", "utf-8": "Café ✓ 猫"}.get(encoding, "Café + ?")
        assert shown in said


def test_a_report_is_readable_where_only_ascii_is(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    survive(sys.stdout)
    print_result(RED, screen())
    with screen().status("at work …"):
        pass
    said = raw.getvalue().decode("ascii")
    assert said.splitlines()[0] == 'x 1.1  Alice\'s "cafe" is greeted'
    assert 'expected   -> 5 x "ss"' in said and "seen       #. * ?" in said


def test_the_set_up_speaks_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    bootstrap.say("Looking for a Chromium …")
    assert raw.getvalue().decode("ascii").splitlines() == ["Looking for a Chromium ..."]

"""Common mishaps, and the words for them: what is wrong and what to do, in one place, never a traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.author.weave import notebook, set_up_lines
from course.lab.person import shared_browser
from course.learner.workspace import Workspace
from course.source.states import fold
from course.source.tangling import sources
from course.state_folder import write_state

Run = Callable[..., tuple[int, str]]
GREET = "messenger/greet.py"
MINI_APP = b"""from quart import Quart


def create_app() -> Quart:
    return Quart(__name__)
"""


@pytest.fixture
def workspace(small: Course, run: Run) -> Workspace:
    """Chapter 1 is begun, and its files are there, with an app that can be served."""
    run("start", "1")
    found = Workspace(small)
    write_state({**fold(small, 1), "messenger/__init__.py": MINI_APP}, found.folder)
    return found


@pytest.mark.parametrize("words", [["run"], ["lab"]])
def test_a_port_that_is_taken(workspace: Workspace, run: Run, words: list[str]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, text = run(*words, "--port", str(port))
    assert code == 1
    assert f"Port {port} cannot be used" in text
    assert f"course {words[0]} --port {port + 1}" in text
    assert "Traceback" not in text


def test_no_browser(workspace: Workspace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_browser, "find_chromium", lambda: None)
    code, text = run("check")
    assert code == 1
    assert "There is no Chromium on this machine." in text
    assert "`course doctor` says what this machine has, and what to do." in text
    assert "Traceback" not in text


def test_a_syntax_error(workspace: Workspace, run: Run) -> None:
    target = workspace.folder / GREET
    target.write_text(target.read_text(encoding="utf-8") + "\nLOUD = (1\n", encoding="utf-8")
    lines = target.read_text(encoding="utf-8").count("\n")
    code, text = run("check")
    assert code == 1
    assert f"{GREET}, line {lines}: '(' was never closed: LOUD = (1" in text
    assert "Traceback" not in text


def test_a_file_that_is_not_text(workspace: Workspace, run: Run) -> None:
    (workspace.folder / GREET).write_bytes(b"WORD = '\xff\xfe'\n")
    code, text = run("check")
    assert code == 1
    assert f"{GREET} is not text in UTF-8" in text


def test_a_file_that_is_half_saved(small: Course, workspace: Workspace, run: Run) -> None:
    (workspace.folder / GREET).unlink()
    workspace.parts.add(1, GREET, 1, 3, "WORD = 'Hello'\n")
    code, text = run("check")
    assert code == 1
    assert f"{GREET} is missing (still to run: the cells with part 2/3 and 3/3)" in text
    workspace.parts.add(1, GREET, 3, 3, "LAST = 1\n")
    assert f"{GREET} is missing (still to run: the cell with part 2/3)" in run("check")[1]


def test_a_clone_that_is_not_whole(
    small: Course, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PARLEY_ROOT", str(tmp_path / "elsewhere"))
    code, text = run()
    assert code == 1
    assert "course.toml is missing" in text
    assert "complete clone" in text


def test_a_kernel_of_another_python(small: Course) -> None:
    # There the course cannot speak, so its first cell quotes what that Python will say.
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import course"], capture_output=True, text=True, check=False
    )
    said = ran.stderr.strip().splitlines()[-1].removeprefix("ModuleNotFoundError: ")
    assert said == "No module named 'course'"
    for chapter in small.all_chapters:
        first = next(source for source in sources(notebook(small, chapter)) if source.startswith("#"))
        assert first == set_up_lines(chapter)
        assert said in first.splitlines()[0]
        assert "Change Kernel" in first.splitlines()[0]


def test_a_command_that_is_mistyped(run: Run) -> None:
    code, text = run("strat", "1")
    assert code == 2
    assert "Did you mean `course start`?" in text

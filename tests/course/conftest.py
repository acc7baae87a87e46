"""A small course of two chapters, copied and woven for each test; running commands; agreed output."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from course import Course
from course.author.weave import weave
from course.lab import find_chromium

FIXTURES = Path(__file__).parent / "fixtures"
GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="session")
def chromium() -> None:
    """Skip where there is no browser; the reason is told."""
    if find_chromium() is None:
        pytest.skip("no Chromium on this machine: `course doctor` says what to do")


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """The small course in a folder of its own; `Course.here` finds it."""
    root = tmp_path / "parley"
    shutil.copytree(FIXTURES / "small", root)
    monkeypatch.setenv("PARLEY_ROOT", str(root))
    monkeypatch.delenv("PARLEY_WORKSPACE", raising=False)
    course = Course.here()
    _, problems = weave(course)
    assert not problems
    return course


Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the `course` command in this process; gives its exit code and all it printed."""
    import io

    from course.cli import main

    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*words: str, answer: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["course", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), shown.out + shown.err

    return call


@pytest.fixture
def agree() -> Callable[[str, str], None]:
    """Fails when a text is not the one agreed on, line for line, in ``tests/course/golden``.

    ``UPDATE_GOLDEN=1 pytest …`` writes them anew; read the difference before you commit it.
    """

    def compare(name: str, shown: str) -> None:
        text = "\n".join(line.rstrip() for line in shown.splitlines()) + "\n"
        text = re.sub(r"\d+\.\d\d s\b", "0.00 s", text)
        target = GOLDEN / f"{name}.txt"
        if os.environ.get("UPDATE_GOLDEN"):
            target.parent.mkdir(exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
        assert target.is_file(), f"nothing is agreed for {name} yet; run with UPDATE_GOLDEN=1"
        assert text == target.read_text(encoding="utf-8")

    return compare

"""Gates 8 and 9 on the real chapters: a learner goes through the course, in real kernels and browsers.

One workspace, empty at first. For each chapter: `course check` is red, the notebook runs from top to bottom
in a kernel of its own, the workspace is the chapter's state byte for byte, and `course check` is green. That
every single check is red before, and with which words, is gate 7 (test_states.py), so one is enough here.
Of every day are the first chapters; what a commit runs: see `support.sample`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.sample import THIRDS

from course import Chapter, Course
from course.author.site.execution import kernel_environment, run_notebook
from course.checks import load_checks, select
from course.source.differences import compare
from course.source.states import committed_app, fold, read_tree

COURSE = Course.here()

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty workspace that all chapters of this module share."""
    yield tmp_path_factory.mktemp("learner") / "workspace"


@pytest.fixture(scope="module")
def environment(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of kernels and commands: this workspace, and nobody's own Jupyter settings."""
    home = tmp_path_factory.mktemp("jupyter")
    return kernel_environment(workspace, home)


def command(environment: dict[str, str], *words: str) -> tuple[int, str]:
    """Runs the `course` command; gives its exit code and all it printed."""
    run = subprocess.run(
        [sys.executable, "-m", "course", *words],
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def outputs(notebook: Any) -> Iterator[tuple[Any, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield cell, output


def pictures(notebook: Any) -> int:
    """Return the number of cells that show a picture."""
    found = set()
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        if "image/png" in data or "image/jpeg" in data or "<img" in data.get("text/html", ""):
            found.add(cell.id)
    return len(found)


def every_check_passed(notebook: Any, chapter: Chapter) -> bool:
    """Whether the notebook's own Check section found all of the chapter's checks green."""
    number = len(select(str(chapter.number), load_checks()))
    shown = (output.get("data", {}).get("text/plain", "") for _, output in outputs(notebook))
    return any(f"All {number} checks passed." in text for text in shown)


def case(chapter: Chapter) -> Any:
    """A chapter as a parameter; the mark: see `support.sample`."""
    daily = chapter.number <= THIRDS
    grows = pytest.mark.grows(state=chapter.number, chapter=chapter.number, daily=daily, together=True)
    return pytest.param(chapter, id=chapter.name, marks=grows)


def test_the_welcome_notebook_runs(environment: dict[str, str], tmp_path: Path) -> None:
    welcome = COURSE.all_chapters[0]
    assert welcome.number == 0
    notebook = run_notebook(COURSE, welcome, environment, tmp_path)
    assert all(output.output_type != "error" for _, output in outputs(notebook))


@pytest.mark.parametrize("chapter", [case(chapter) for chapter in COURSE.chapters])
def test_a_chapter_is_red_then_built_then_green(
    chapter: Chapter, environment: dict[str, str], workspace: Path, tmp_path: Path
) -> None:
    code, said = command(environment, "start", str(chapter.number))
    assert code == 0, said
    code, said = command(environment, "check", f"{chapter.number}.1")
    assert code == 1, said
    for line in ("done", "expected", "seen", "wire", "your files", "course hint"):
        assert line in said
    assert "Traceback" not in said

    notebook = run_notebook(COURSE, chapter, environment, tmp_path)

    assert compare(read_tree(workspace), fold(COURSE, chapter.number)) == []
    assert pictures(notebook) >= 1
    assert every_check_passed(notebook, chapter)
    for cell, output in outputs(notebook):
        assert output.output_type != "error" or "raises-exception" in cell.metadata.get("tags", [])

    # The notebook has run all of them. The command runs the same; chapter 1, the quick one, shows it.
    code, said = command(environment, "check", chapter.name if chapter.number == 1 else f"{chapter.number}.1")
    assert code == 0, said
    code, said = command(environment, "diff")
    assert code == 0
    assert f"Your workspace is as at the end of chapter {chapter.number}." in said
    if chapter.number == COURSE.last:
        assert compare(read_tree(workspace), committed_app(COURSE)) == []
    assert not (workspace / ".course" / "kept").exists()

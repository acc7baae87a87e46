"""The notebook side, in an IPython shell: what cells do, and what they show."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from course import Course
from course.author.weave import notebook
from course.learner.workspace import Workspace
from course.source.states import fold
from course.source.tangling import sources
from course.state_folder import write_state

Shown = tuple[str, str, bool]
RunCell = Callable[[str], Shown]
GREET = "messenger/greet.py"


@pytest.fixture
def cell(small: Course, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunCell]:
    """Runs a cell; gives what it shows as plain text and as HTML, and whether it went well."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    notebooks = small.workspace / "notebooks"
    notebooks.mkdir(parents=True)
    monkeypatch.chdir(notebooks)
    before = dict(os.environ)
    modules = {name: module for name, module in sys.modules.items() if name.startswith("messenger")}
    shell = InteractiveShell.instance()

    def run(source: str) -> Shown:
        with capture_output() as captured:
            result = shell.run_cell(source)
        plain = captured.stdout + captured.stderr
        markup = ""
        for output in captured.outputs:
            data: dict[str, Any] = output.data
            plain += data.get("text/plain", "") + "\n"
            markup += data.get("text/html", "")
        return plain, markup, bool(result.success)

    assert run("%load_ext course")[2]
    yield run
    InteractiveShell.clear_instance()
    os.environ.clear()
    os.environ.update(before)
    for name in [name for name in sys.modules if name.split(".")[0] == "messenger"]:
        del sys.modules[name]
    sys.modules.update(modules)


def run_notebook(cell: RunCell, course: Course, number: int) -> list[Shown]:
    return [cell(source) for source in sources(notebook(course, course.chapter(number)))]


@pytest.fixture
def workspace(small: Course) -> Workspace:
    return Workspace(small)


# --- %chapter


def test_an_empty_workspace_becomes_what_the_chapter_starts_from(
    small: Course, workspace: Workspace, cell: RunCell
) -> None:
    plain, _, _ = cell("%chapter 2")
    assert "Your workspace was empty; it is now the end of the chapter before." in plain
    assert workspace.files() == fold(small, 1)
    assert workspace.progress.chapter == 2


def test_the_end_of_the_chapter_before_is_a_good_beginning(
    small: Course, workspace: Workspace, cell: RunCell
) -> None:
    write_state(fold(small, 1), workspace.folder)
    assert "✓ Chapter 2, A parting. Your workspace is ready" in cell("%chapter 02_parting")[0]


def test_other_work_is_left_alone_with_a_warning(small: Course, workspace: Workspace, cell: RunCell) -> None:
    write_state({"messenger/own.py": b"OWN = 1\n"}, workspace.folder)
    plain, _, _ = cell("%chapter 2")
    assert plain.startswith(
        "! Chapter 2, A parting. Your workspace holds work of your own, which is not where"
    )
    assert "!course start 2" in plain
    assert workspace.files() == {"messenger/own.py": b"OWN = 1\n"}


def test_the_notebook_of_the_course_itself_sends_to_the_copy(
    small: Course, cell: RunCell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "your copy" not in cell("%chapter 2")[0]
    monkeypatch.chdir(small.notebooks_dir)
    assert (
        "open your copy: workspace/notebooks/02_parting.ipynb (make start opens it)"
        in (cell("%chapter 2")[0])
    )


def test_a_kernel_of_another_copy_of_the_course_says_where_it_would_write(
    small: Course, cell: RunCell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(small.root / "chapters", other / "chapters")
    (other / "workspace/notebooks").mkdir(parents=True)
    monkeypatch.chdir(other / "workspace/notebooks")
    shown = cell("%chapter 2")[0]
    assert f"lies in {other}, but its kernel belongs to the course in {small.root}" in shown
    assert f"run make start in {other}" in shown


def test_a_later_state_is_left_alone_with_a_warning(
    small: Course, workspace: Workspace, cell: RunCell
) -> None:
    write_state(fold(small, 2), workspace.folder)
    assert "! Chapter 1, A greeting. Your workspace holds the end of chapter 2" in cell("%chapter 1")[0]


def test_coming_back_in_the_middle_is_no_reason_to_warn(workspace: Workspace, cell: RunCell) -> None:
    cell("%chapter 1")
    cell("%%save messenger/own.py 1/1\nOWN = 1")
    assert "✓ Chapter 1, A greeting. Your workspace is as you left it." in cell("%chapter 1")[0]


def test_parts_of_a_chapter_survive_a_new_kernel(workspace: Workspace, cell: RunCell) -> None:
    cell("%chapter 1")
    cell("%%save messenger/two.py 1/2\nONE = 1")
    cell("%chapter 1")
    assert "is new: 2 lines" in cell("%%save messenger/two.py 2/2\nTWO = 2")[0]


def test_the_kernel_is_prepared(small: Course, cell: RunCell) -> None:
    cell("%chapter 1")
    assert sys.path[0] == str(small.workspace)
    assert os.environ["PARLEY_STATIC"] == str(small.workspace / "static")
    assert sysconfig.get_path("scripts") in os.environ["PATH"].split(os.pathsep)


# --- cells


def test_a_notebook_builds_the_state_and_shows_what_changed(
    small: Course, workspace: Workspace, cell: RunCell
) -> None:
    first = run_notebook(cell, small, 1)
    assert workspace.files() == fold(small, 1)
    assert "messenger/greet.py: part 1 of 3 is kept; still to run: 2, 3." in first[2][0]
    second = run_notebook(cell, small, 2)
    assert workspace.files() == fold(small, 2)
    plain, markup, _ = second[4]
    assert "messenger/greet.py is saved: +5 −1." in plain
    assert '-"""Greetings."""\n+"""Greetings and partings."""' in plain
    assert ">+def part(name: str) -&gt; str:</div>" in markup
    assert "messenger/scratch.py is removed." in second[-1][0]


def test_an_experiment_sees_the_code_as_it_is_now(workspace: Workspace, cell: RunCell) -> None:
    cell("%chapter 1")
    cell("%%save messenger/__init__.py 1/1\n'''A package.'''")
    cell("%%save messenger/word.py 1/1\nWORD = 'one'")
    assert "'one'" in cell("from messenger.word import WORD; print(repr(WORD))")[0]
    cell("%%save messenger/word.py 1/1\nWORD = 'three'")
    assert "'three'" in cell("from messenger.word import WORD; print(repr(WORD))")[0]
    # An edit in an editor is seen once the first cell has run again.
    (workspace.folder / "messenger" / "word.py").write_text("WORD = 'seventeen'\n")
    cell("%chapter 1")
    assert "'seventeen'" in cell("from messenger.word import WORD; print(repr(WORD))")[0]


def test_an_error_is_told_without_a_traceback_and_stops_the_run(workspace: Workspace, cell: RunCell) -> None:
    cell("%chapter 1")
    plain, _, success = cell("%%save messenger/own.py 1/1\ndef f(:\n    pass")
    assert not success
    assert "messenger/own.py is not written, line 2 of this cell has an error: invalid syntax" in plain
    assert "Fix that line and run the cell again." in plain
    assert "Traceback" not in plain and "saving.py" not in plain
    assert workspace.files() == {}


def test_a_cell_before_the_first_one_is_told_so(cell: RunCell) -> None:
    plain, _, success = cell("%%save messenger/own.py 1/1\nOWN = 1")
    assert not success
    assert "Run the notebook's first code cell." in plain


def test_a_path_outside_the_workspace_is_refused(workspace: Workspace, cell: RunCell) -> None:
    cell("%chapter 1")
    for source in ("%%save ../own.py 1/1\nOWN = 1", "%remove ../../a.py", "%copy static/../../a.py"):
        plain, _, success = cell(source)
        assert not success
        assert "is not a file of the messenger" in plain


def test_what_is_shown_is_escaped(cell: RunCell) -> None:
    cell("%chapter 1")
    cell("%%save static/a.js 1/1\nlet a = 1;")
    _, markup, _ = cell('%%save static/a.js 1/1\nlet a = "<script>alert(1)</script>";')
    assert "<script>" not in markup
    assert "&lt;script&gt;" in markup


def test_an_exercise_says_whether_it_changed_anything(
    small: Course, workspace: Workspace, cell: RunCell
) -> None:
    shown = run_notebook(cell, small, 1)
    assert "messenger/greet.py: nothing changed. Edit these lines" in shown[-1][0]
    source = sources(notebook(small, small.chapter(1)))[-1]
    assert "+1 −1" in cell(source.replace("{name}.", "{name}!"))[0]
    assert b"{name}!" in workspace.files()[GREET]

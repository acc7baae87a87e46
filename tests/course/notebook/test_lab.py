"""The Lab in a real Jupyter kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from course import Course
from course.learner.progress import not_saved
from course.learner.workspace import Workspace
from course.notebook.kernels import SETTINGS, introduce, settings_file
from course.source.states import fold
from course.state_folder import write_state

APP = Path(__file__).parents[1] / "apps" / "lab"

CELLS = [
    f"""from pathlib import Path
from course import Lab
lab = await Lab.open(Path({str(APP)!r}))
alice, bob = await lab.people("Alice", "Bob")
await alice.goto("/two")
await bob.goto("/two")""",
    """await alice.button("Add left").click()
await alice.text("left 1").wait_for()
await lab.show(alice, bob)""",
    "await lab.frames(alice, last=3)",
    "await lab.cut(alice)\nawait lab.fix(alice)\nawait lab.kill()\nawait lab.restart()",
    "await alice.button('Nothing like that').click(timeout=100)",
    "await lab.crash(alice, view='Nobody')",
    f"first = lab\nlab = await Lab.open(Path({str(APP)!r}))\n(first.alive, first.everyone)",
    """import psutil
carol = await lab.person("Carol")
await carol.goto("/plain")
[child.pid for child in psutil.Process().children(recursive=True)]""",
]


def outputs(cell: Any) -> dict[str, Any]:
    """The data of a cell's only output."""
    assert len(cell.outputs) == 1, cell.outputs
    return dict(cell.outputs[0])


def test_the_lab_in_a_kernel(chromium: None) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    client = NotebookClient(notebook, timeout=90, allow_errors=True, kernel_name="python3")
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        children = [
            int(pid) for pid in outputs(notebook.cells[7])["data"]["text/plain"].strip("[]").split(",")
        ]
        # Killed with its children still busy: nothing may stay behind.
        kernel = psutil.Process(psutil.Process(children[0]).ppid())
        kernel.kill()
        processes = [psutil.Process(pid) for pid in children if psutil.pid_exists(pid)]
        _, alive = psutil.wait_procs(processes, timeout=30)
        assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []

    assert notebook.cells[0].outputs == []
    picture = outputs(notebook.cells[1])
    assert picture["output_type"] == "display_data"
    assert picture["data"]["text/plain"] == "[Alice: Two views   |   Bob: Two views]"
    assert picture["data"]["image/png"].startswith("iVBOR")
    assert picture["metadata"]["image/png"]["width"] <= 900
    table = outputs(notebook.cells[2])["data"]
    assert "<table>" in table["text/html"]
    assert 'click "add"' in table["text/plain"]
    assert notebook.cells[3].outputs == []
    missing, no_view = (outputs(notebook.cells[index]) for index in (4, 5))
    assert "Timeout 100ms exceeded" in missing["traceback"][0]
    assert len(missing["traceback"]) < 6, "a few lines, no traceback"
    assert no_view["traceback"] == [
        "There is no view Nobody to crash.",
        "Connected on this page: LeftLive, RightLive.",
    ]
    assert outputs(notebook.cells[6])["data"]["text/plain"] == "(False, [])"


TOO_EARLY = [
    "%%save messenger/own.py 1/1\nOWN = 1",
    "%load_ext course\n%chapter 3\nfrom course import Lab",
    """lab = await Lab.open()
alice = await lab.person("Alice")
await alice.goto("/conversations/1/users/1")""",
    "await alice.text('Somebody is here').wait_for(timeout=100)",
]


def test_cells_that_run_too_early_say_which_come_first(
    chromium: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    introduce()
    monkeypatch.setenv("PARLEY_WORKSPACE", str(tmp_path))
    course = Course.here()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in TOO_EARLY])
    client = NotebookClient(notebook, timeout=90, allow_errors=True, kernel_name="python3")
    with client.setup_kernel():
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
    early, first, opened, missed = notebook.cells
    assert outputs(early)["traceback"] == [
        "This kernel does not know its chapter yet.",
        "Run the notebook's first code cell.",
    ]
    assert "Chapter 3" in outputs(first)["data"]["text/plain"], "and IPython says nothing about extensions"
    assert opened.outputs == []
    *lines, files, advice = outputs(missed)["traceback"]
    assert "Timeout 100ms exceeded" in lines[0]
    assert files.startswith("Some cells have not run yet. They save these files: static/app.js, messenger/")
    assert files.endswith(" more.")
    assert advice == "Run the cells from the top, then run this one again."
    assert "messenger/conversation_live.py" in not_saved(course, Workspace(course))
    write_state(fold(course, 3), tmp_path)
    assert not_saved(course, Workspace(course)) == []


def test_settings_of_kernels_are_written_for_an_environment_of_the_courses_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    introduce()
    written = tmp_path / "etc" / "ipython" / "ipython_kernel_config.py"
    assert "course.notebook.kernels" in written.read_text(encoding="utf-8")
    written.write_text(SETTINGS.replace("course.notebook", "course"), encoding="utf-8")
    introduce()
    assert written.read_text(encoding="utf-8") == SETTINGS, "those of an earlier version are renewed"
    written.write_text("# mine\n", encoding="utf-8")
    introduce()
    assert written.read_text(encoding="utf-8") == "# mine\n"
    monkeypatch.setattr("sys.base_prefix", str(tmp_path))
    assert settings_file() is None

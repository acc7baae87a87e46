"""The Lab in a real Jupyter kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import psutil
from nbclient import NotebookClient

APP = Path(__file__).parent / "app"

CELLS = [
    f"""from pathlib import Path
from course.lab import Lab
lab = await Lab.open(Path({str(APP)!r}))
alice, bob = await lab.people("Alice", "Bob")
await alice.goto("/two")
await bob.goto("/two")""",
    """await alice.button("Add left").click()
await alice.text("left 1").wait_for()
await lab.show(alice, bob)""",
    "await lab.frames(alice, last=3)",
    "await lab.cut(alice)\nawait lab.mend(alice)\nawait lab.kill()\nawait lab.restart()",
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

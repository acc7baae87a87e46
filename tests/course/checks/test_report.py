"""What a result says, as text, in colour, in a notebook, and as data."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from rich.console import Console

from course.checks.display import print_results
from course.checks.report import CheckResult, render_result, render_results, summary
from course.notebook.outcome import Outcome


def failed(**changes: Any) -> CheckResult:
    told: dict[str, Any] = {
        "id": "1.2",
        "title": "Increment counts",
        "verdict": "failed",
        "done": ("Alice opened /counter", "Alice clicked Increment"),
        "expected": "“clicked 1 times” in the line that counts",
        "seen": "“clicked 0 times”",
        "wire": ('Alice → event 81 B: click "increment"', "Alice ← reply 48 B: done, nothing to change"),
        "files": ("messenger/counter_live.py differs",),
        "hint": "course hint 1.2",
        "artefacts": "workspace/.course/last_check/1.2",
    }
    return CheckResult(**{**told, **changes})


PASSED = CheckResult("1.1", "It opens", "passed")


def test_five_lines_and_where_to_look() -> None:
    assert render_result(failed()).splitlines() == [
        "✗ 1.2  Increment counts",
        "    done       Alice opened /counter, Alice clicked Increment",
        "    expected   “clicked 1 times” in the line that counts",
        "    seen       “clicked 0 times”",
        '    wire       Alice → event 81 B: click "increment"; Alice ← reply 48 B: done, nothing to change',
        "    your files messenger/counter_live.py differs",
        "    next       course hint 1.2 gives a hint",
        "    look at    workspace/.course/last_check/1.2 (pictures, frames, server.log)",
    ]


def test_the_apps_own_exception_comes_first() -> None:
    raised = ("messenger/counter_live.py, line 7 in handle_event:", "    self.assign(x)", "TypeError: no")
    lines = render_result(failed(raised=raised)).splitlines()
    assert lines[1:4] == [
        "    your app   raised: messenger/counter_live.py, line 7 in handle_event:",
        "                   self.assign(x)",
        "               TypeError: no",
    ]
    assert lines[4].startswith("    done")


def test_nothing_to_tell_is_told() -> None:
    lines = render_result(failed(done=(), wire=(), files=())).splitlines()
    assert lines[1] == "    done       nothing yet"
    assert lines[4:6] == ["    wire       nothing", "    your files equal to the chapter's"]


def test_an_error_is_not_a_failure() -> None:
    assert render_result(failed(verdict="error")).startswith(
        "! 1.2  Increment counts  (the check could not be done)"
    )


@pytest.mark.parametrize(
    ("results", "told"),
    [
        ([PASSED], "The check passed."),
        ([PASSED, PASSED], "All 2 checks passed."),
        ([PASSED, failed()], "1 of 2 checks passed, 1 failed."),
        ([failed(), failed(verdict="error")], "0 of 2 checks passed, 1 failed, 1 could not be done."),
    ],
)
def test_the_last_line_counts(results: list[CheckResult], told: str) -> None:
    assert summary(results) == told
    assert render_results(results).splitlines()[-1] == told


def test_colours_change_no_words() -> None:
    out = io.StringIO()
    print_results([PASSED, failed()], Console(file=out, width=40, force_terminal=False))
    assert out.getvalue().strip() == render_results([PASSED, failed()])


def test_a_notebook_shows_it_escaped() -> None:
    outcome = Outcome([PASSED, failed(seen="<b>")])
    assert not outcome.passed
    assert Outcome([PASSED]).passed
    page = outcome._repr_html_()
    assert "&lt;b&gt;" in page and "<b>&" not in page
    assert repr(outcome) == render_results(outcome.results)


def test_other_programs_get_json() -> None:
    data = json.loads(json.dumps(failed().to_json()))
    assert data["verdict"] == "failed"
    assert data["files"] == ["messenger/counter_live.py differs"]


def test_a_notebook_shows_what_everybody_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_ROOT", str(tmp_path))
    folders = []
    for number in ("1.1", "1.2"):
        folder = tmp_path / "last_check" / number
        folder.mkdir(parents=True)
        for name in ("alice", "bob"):
            Image.new("RGB", (320, 200), "white").save(folder / f"{name}.png")
        folders.append(f"last_check/{number}")
    red = [
        CheckResult(number, "It counts", "failed", done=("Alice clicked",), seen=number, artefacts=folder)
        for number, folder in zip(("1.1", "1.2"), folders, strict=True)
    ]
    shown = Outcome([*red, CheckResult("1.3", "It ticks", "passed")])._repr_html_()
    assert shown.count('alt="What Alice and Bob saw"') == 2
    assert shown.count("<details open>") == 1, "one picture is looked at, the others are a click away"
    assert "<img" not in Outcome([CheckResult("1.1", "It counts", "failed")])._repr_html_()

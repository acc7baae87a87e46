"""Reports of checks as golden files: as a learner reads them, without parts that differ from run to run."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from course.checks import CheckResult
from course.checks.report import render_result
from course.source.model import Course

# Several pages of one person, or a page that comes back, send the last frames at once: in any order.
IN_ANY_ORDER = frozenset({"6.23", "6.24"})


def golden_of(chapter: int) -> Path:
    """Return the folder with the golden files of a chapter."""
    return Course.here().chapter(chapter).checks_dir / "golden"


def for_golden(result: CheckResult, lines: bool = False) -> str:
    """Return a report as the learner reads it, without parts that differ between runs or machines.

    Args:
        result: the result of the check.
        lines: whether to keep the numbers of the lines in which the learner's files differ; a chapter's next
            version moves them.
    """
    # Frames to two people at once come in either order.
    wire = tuple(sorted(result.wire, key=lambda frame: frame.split(" ")[0])) if lines else result.wire
    if result.id in IN_ANY_ORDER:
        wire = ("…",)
    text = render_result(replace(result, wire=wire)).replace(
        result.artefacts, "workspace/.course/last_check/" + result.id
    )
    text = re.sub(r"\d[\d,]* B\b", "N B", text)
    text = re.sub(r"\b\d\d:\d\d\b", "HH:MM", text)
    text = re.sub(r"\b\d+ ms\b", "N ms", text)
    text = re.sub(r"\b(page|screen|client|offset)([XY]) = \d+", r"\1\2 = …", text)
    if not lines:
        text = re.sub(r" differs in line \d+( and \d+)*", " differs", text)
    return re.sub(r"phx-[\w-]{12}\b", "phx-…", text) + "\n"


def agree(path: Path, text: str) -> None:
    """Check a text against its golden file, or with ``PARLEY_UPDATE_GOLDEN=1`` write it there.

    Raises:
        AssertionError: if it differs.
    """
    if os.environ.get("PARLEY_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    known = path.read_text(encoding="utf-8") if path.is_file() else ""
    assert text == known, f"{path.name} differs; PARLEY_UPDATE_GOLDEN=1 writes it anew"

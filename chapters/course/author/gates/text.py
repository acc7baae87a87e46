"""Gates 2, 3 and 4, shown, weave and tangle: chapters and notebooks agree."""

from __future__ import annotations

from typing import Any

from course.author.gates.base import Finding
from course.author.weave import notebook, notebook_bytes
from course.errors import CourseError
from course.source.differences import compare
from course.source.model import Chapter, Course
from course.source.plan import read_plan
from course.source.states import fold, previous
from course.source.tangling import load_notebook, sources, tangle


def shown(course: Course) -> list[Finding]:
    """Check that every overlay file is shown whole, in order, once (`course.source.plan`)."""
    findings = []
    for chapter in course.all_chapters:
        try:
            read_plan(course, chapter)
        except CourseError as error:
            findings.append(Finding.of(error))
    return findings


LONGEST = 25
"""The most lines that an open cell should have."""


def long_cells(course: Course) -> list[str]:
    """Return remarks on open ``%%save`` cells that are long to read."""
    notes = []
    for chapter in course.all_chapters:
        try:
            cells = notebook(course, chapter)["cells"]
        except CourseError:
            continue
        for cell in cells:
            first = cell["source"][0].strip() if cell["source"] else ""
            lines = len(cell["source"]) - 1
            if first.startswith("%%save") and "jupyter" not in cell["metadata"] and lines > LONGEST:
                notes.append(
                    f"{chapter.notebook_name}: `{first}` shows {lines} lines; {LONGEST} are easier to read."
                )
    return notes


def woven(course: Course) -> list[Finding]:
    """Check that the committed notebooks equal the woven ones, byte for byte."""
    findings = []
    for chapter in course.all_chapters:
        try:
            findings += _compare(course, chapter, notebook(course, chapter))
        except CourseError as error:
            findings.append(Finding.of(error))
    expected = {chapter.notebook_name for chapter in course.all_chapters}
    for stray in sorted(course.notebooks_dir.glob("*.ipynb")):
        if stray.name not in expected:
            findings.append(
                Finding(
                    f"{course.relative(stray)} belongs to no chapter.",
                    "Remove it, or run `course weave`, which removes it.",
                )
            )
    return findings


def _compare(course: Course, chapter: Chapter, wanted: dict[str, Any]) -> list[Finding]:
    path = course.notebooks_dir / chapter.notebook_name
    name = course.relative(path)
    if not path.is_file():
        return [Finding(f"{name} is missing (chapter {chapter.number}).", "Run `course weave`.")]
    content = path.read_bytes()
    if content == notebook_bytes(wanted):
        return []
    found = load_notebook(content, name)
    place = _first_difference(wanted["cells"], found["cells"])
    return [
        Finding(
            f"{name} is not what chapter {chapter.number} gives: {place}.",
            f"It is generated: edit chapters/{chapter.folder}/chapter.md or files/, then `course weave`.",
        )
    ]


def _first_difference(wanted: list[dict[str, Any]], found: list[dict[str, Any]]) -> str:
    for number, (left, right) in enumerate(zip(wanted, found, strict=False), start=1):
        if left == right:
            continue
        if right.get("outputs") and left.get("source") == right.get("source"):
            return f"cell {number} has outputs"
        first = ("".join(left["source"]).splitlines() or [""])[0]
        return f"cell {number} (`{first[:60]}`) differs"
    if len(wanted) != len(found):
        return f"it has {len(found)} cells instead of {len(wanted)}"
    return "its metadata or layout differs"


def tangled(course: Course) -> list[Finding]:
    """Check that the woven cells alone, run on the state before, give the chapter's state."""
    findings = []
    for chapter in course.chapters:
        try:
            cells = sources(notebook(course, chapter))
            result = tangle(cells, previous(course, chapter), chapter)
            wanted = fold(course, chapter.number)
        except CourseError as error:
            findings.append(Finding.of(error))
            continue
        findings += [
            Finding(
                f"The cells of {chapter.notebook_name} do not rebuild {difference.path} "
                f"(chapters/{chapter.folder}/files/{difference.path}).",
                "Look at the {save} blocks of this file in its chapter.md.",
            )
            for difference in compare(result, wanted)
        ]
    return findings

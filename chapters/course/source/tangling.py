"""Tangle: from a notebook's cells back to files, without a kernel.

The rules by which ``%%save`` parts become a file live here, and the notebook magics use the same functions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from course.errors import CourseError
from course.source.manuscript import check_path
from course.source.model import Chapter
from course.source.states import Files

_SAVE_LINE = re.compile(r"^(?P<path>\S+)\s+(?P<number>\d+)/(?P<total>\d+)$")


@dataclass(frozen=True)
class Save:
    """The first line of a ``%%save`` cell: a path, and which part of how many."""

    path: str
    number: int
    total: int


def parse_save_line(line: str) -> Save:
    """Parse the line of a ``%%save`` cell: ``messenger/chat.py 2/3``.

    Raises:
        CourseError: if it is not such a line.
    """
    match = _SAVE_LINE.match(line.strip())
    if match is None:
        raise CourseError(
            f"%%save cannot read {line.strip()!r}.", "Write for example: %%save messenger/chat.py 2/3"
        )
    save = Save(match["path"], int(match["number"]), int(match["total"]))
    check_path(save.path, "%%save")
    if not 1 <= save.number <= save.total:
        raise CourseError(f"%%save: there is no part {save.number} of {save.total}.", "Count from 1.")
    return save


def body_of(cell: str) -> str:
    """Return a cell's text as file content: it ends with one newline, unless it is empty."""
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return ""
    return text if text.endswith("\n") else text + "\n"


def assemble(parts: Mapping[int, str], total: int) -> str | None:
    """Join parts 1 to ``total`` into the file; return None while some are missing."""
    if any(number not in parts for number in range(1, total + 1)):
        return None
    return "".join(parts[number] for number in range(1, total + 1))


@dataclass(frozen=True)
class Step:
    """A cell's change of the files: ``save`` (with its part and text), ``copy`` or ``remove``."""

    kind: Literal["save", "copy", "remove"]
    path: str
    save: Save | None = None
    text: str = ""


def read_cell(source: str) -> Step | None:
    """Return a code cell's change of the learner's files; None for an experiment or an exercise.

    Raises:
        CourseError: if a ``%%save`` line cannot be read.
    """
    first, _, rest = source.partition("\n")
    if first.startswith("%%save "):
        save = parse_save_line(first.removeprefix("%%save "))
        return Step("save", save.path, save, body_of(rest))
    if first.startswith("%copy "):
        return Step("copy", first.split(maxsplit=1)[1].strip())
    if first.startswith("%remove "):
        return Step("remove", first.split(maxsplit=1)[1].strip())
    return None


def sources(notebook: dict[str, Any]) -> list[str]:
    """Return the texts of the code cells, in order."""
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def load_notebook(content: bytes, name: str) -> dict[str, Any]:
    """Parse a notebook file.

    Raises:
        CourseError: if it is not one.
    """
    try:
        notebook = json.loads(content)
        sources(notebook)
    except (ValueError, KeyError, TypeError) as error:
        raise CourseError(
            f"{name} is not a notebook any more.", "Run `course weave` to write it again."
        ) from error
    return dict(notebook)


def tangle(cells: Iterable[str], start: Files, chapter: Chapter) -> Files:
    """Return the state that running ``cells`` on state ``start`` gives, as the notebook magics would.

    Raises:
        CourseError: if a ``%%save`` line cannot be read.
    """
    files = dict(start)
    kept: dict[str, tuple[int, dict[int, str]]] = {}
    for source in cells:
        step = read_cell(source)
        if step is None:
            continue
        if step.kind == "remove":
            files.pop(step.path, None)
        elif step.kind == "copy":
            files[step.path] = (chapter.files_dir / step.path).read_bytes()
        elif step.save is not None:
            total, parts = kept.get(step.path, (step.save.total, {}))
            if total != step.save.total:
                parts = {}
            parts[step.save.number] = step.text
            kept[step.path] = (step.save.total, parts)
            whole = assemble(parts, step.save.total)
            if whole is not None:
                files[step.path] = whole.encode()
    return files

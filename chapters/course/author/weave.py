"""Weave: ``chapter.md`` and ``files/`` become a notebook; the overlays become the finished app.

Notebooks are written as Jupyter itself would write them, so saving one unchanged changes no byte. Cells
have no outputs; their ids are hashes of their content, so an edit of one cell leaves all other ids alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
import re
from collections import Counter
from pathlib import Path
from typing import Any

from course.errors import CourseError
from course.source.manuscript import Block
from course.source.model import WELCOME, Chapter, Course
from course.source.plan import Plan, read_plan
from course.source.states import fold, read_tree
from course.state_folder import write_state

Cell = dict[str, Any]

_PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<path>[^)\s:]+)\)")
_MEDIA = {".svg": "image/svg+xml", ".webp": "image/webp"}


OTHER_PYTHON = (
    "# “No module named 'course'”? This kernel is another Python: Kernel → Change Kernel, or run make start."
)
"""A comment in the first cell: in another environment's kernel, the course cannot print a message."""


def set_up_lines(chapter: Chapter) -> str:
    """Return the source of the notebook's first code cell."""
    if chapter.number == WELCOME:
        return f"{OTHER_PYTHON}\n%load_ext course"
    return f"{OTHER_PYTHON}\n%load_ext course\n%chapter {chapter.number}\nfrom course import Lab"


def save_source(path: str, number: int, total: int, text: str) -> str:
    """Return the source of a ``%%save`` cell. `course.source.tangling.read_cell` is its inverse."""
    head = f"%%save {path} {number}/{total}"
    # IPython refuses a cell magic without a body; an empty file's cell has one blank line.
    return f"{head}\n{text}".removesuffix("\n") if text else f"{head}\n\n"


def notebook(course: Course, chapter: Chapter) -> dict[str, Any]:
    """Return the chapter's notebook as JSON values.

    Raises:
        CourseError: if prose and files do not fit together; the message names file and line.
    """
    plan = read_plan(course, chapter)
    cells = _Cells(chapter)
    ready = False
    for index, block in enumerate(plan.blocks):
        if not ready and _needs_set_up(block):
            cells.code("set-up", set_up_lines(chapter))
            ready = True
        _add(cells, plan, index, block)
    if not ready:
        cells.code("set-up", set_up_lines(chapter))
    return {
        "cells": cells.cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _needs_set_up(block: Block) -> bool:
    if block.kind == "prose":
        return block.text.startswith("## ")
    return block.kind != "minutes"


def _add(cells: _Cells, plan: Plan, index: int, block: Block) -> None:
    if block.kind == "prose":
        cells.prose(block)
    elif block.kind == "python":
        tags = ["raises-exception"] if "raises" in block.options else []
        cells.code(block.text, block.text, folded="folded" in block.options, tags=tags)
    elif block.kind == "save":
        part = plan.parts[index]
        folded = "folded" in block.options or (part.unchanged and "open" not in block.options)
        source = save_source(part.path, part.number, part.total, part.text)
        cells.code(f"save {part.path} {part.number}", source, folded=folded)
    elif block.kind == "exercise":
        head = " ".join(("%%exercise", *block.arguments))
        cells.code(head, f"{head}\n{plan.starters[index]}".removesuffix("\n"))
    elif block.kind in ("copy", "remove"):
        cells.code(f"{block.kind} {block.path}", f"%{block.kind} {block.path}")


class _Cells:
    """A list of cells; an id is a hash of the chapter, the cell's content and its number among equal ones."""

    def __init__(self, chapter: Chapter) -> None:
        self.chapter = chapter
        self.cells: list[Cell] = []
        self._seen: Counter[str] = Counter()

    def _id(self, kind: str, what: str) -> str:
        key = "\0".join((self.chapter.folder, kind, what))
        self._seen[key] += 1
        return hashlib.sha256(f"{key}\0{self._seen[key]}".encode()).hexdigest()[:12]

    def code(self, what: str, source: str, *, folded: bool = False, tags: list[str] | None = None) -> None:
        """Add a code cell; ``what`` identifies it for its id."""
        metadata: dict[str, Any] = {}
        if folded:
            metadata["jupyter"] = {"source_hidden": True}
        if tags:
            metadata["tags"] = tags
        self.cells.append(
            {
                "cell_type": "code",
                "execution_count": None,
                "id": self._id("code", what),
                "metadata": metadata,
                "outputs": [],
                "source": source.splitlines(keepends=True),
            }
        )

    def prose(self, block: Block) -> None:
        """Add a Markdown cell, with its pictures inside."""
        attachments: dict[str, dict[str, str]] = {}

        def embed(match: re.Match[str]) -> str:
            name = match["path"].rsplit("/", 1)[-1]
            media, data = _picture(self.chapter.path / match["path"], block.where)
            if media == "image/svg+xml":
                # JupyterLab does not show an SVG attachment, but it shows a data URL.
                return f"![{match['words']}](data:{media};base64,{data})"
            attachments[name] = {media: data}
            return f"![{match['words']}](attachment:{name})"

        text = _PICTURE.sub(embed, block.text)
        cell: Cell = {
            "cell_type": "markdown",
            "id": self._id("prose", block.text),
            "metadata": {},
            "source": text.splitlines(keepends=True),
        }
        if attachments:
            cell["attachments"] = attachments
        self.cells.append(cell)


def _picture(path: Path, where: str) -> tuple[str, str]:
    """Read a picture. Return its media type, and its bytes in base64."""
    media = _MEDIA.get(path.suffix) or mimetypes.guess_type(path.name)[0] or ""
    if not path.is_file() or not media.startswith("image/"):
        raise CourseError(
            f"{where}: the picture {path.name} is not there.",
            f"It should be at chapters/{path.parent.parent.name}/{path.parent.name}/{path.name}.",
        )
    return media, base64.b64encode(path.read_bytes()).decode("ascii")


def notebook_bytes(content: dict[str, Any]) -> bytes:
    """Return the notebook's file as Jupyter writes it."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": "))
    return f"{text}\n".encode()


def weave(course: Course) -> tuple[list[str], list[CourseError]]:
    """Write ``app/messenger``, ``static`` and all notebooks.

    Return the paths that changed, and the errors of notebooks that could not be woven.

    Raises:
        CourseError: if the chapters' files cannot be folded.
    """
    changed = fold_app(course)
    problems: list[CourseError] = []
    course.notebooks_dir.mkdir(exist_ok=True)
    names = {chapter.notebook_name for chapter in course.all_chapters}
    for stray in course.notebooks_dir.glob("*.ipynb"):
        if stray.name not in names:
            stray.unlink()
            changed.append(course.relative(stray))
    for chapter in course.all_chapters:
        target = course.notebooks_dir / chapter.notebook_name
        try:
            content = notebook_bytes(notebook(course, chapter))
        except CourseError as error:
            problems.append(error)
            continue
        if not target.is_file() or target.read_bytes() != content:
            target.write_bytes(content)
            changed.append(course.relative(target))
    return changed, problems


def fold_app(course: Course) -> list[str]:
    """Write the fold of all chapters into ``app/messenger`` and ``static``. Return the paths that changed.

    Raises:
        CourseError: if the chapters' files cannot be folded.
    """
    files = fold(course, course.last)
    messenger = {path: content for path, content in files.items() if path.startswith("messenger/")}
    static = {path: content for path, content in files.items() if path.startswith("static/")}
    changed = [f"app/{path}" for path in write_state(messenger, course.app_dir)]
    return changed + write_state({**static, **_messenger_of(course.root)}, course.root)


def _messenger_of(root: Path) -> dict[str, bytes]:
    # The repository's root has no messenger/ of its own; files that lie there are left alone.
    return {path: content for path, content in read_tree(root).items() if path.startswith("messenger/")}

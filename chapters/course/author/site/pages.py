"""The source of the site: notebooks as Sphinx can show them, and the index page."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from course.author.site.colours import NAME
from course.source.model import WELCOME, Chapter, Course

PICTURES = "_pictures"
INDEX = "index"

_LINK = re.compile(r"(?<!!)\[(?P<words>[^\]]+)\]\((?P<page>\w+\.ipynb)(?:#[^)]*)?\)")


def write_page(
    notebook: Any, chapter: Chapter, source: Path, paths: dict[str, str], chapters: tuple[Chapter, ...]
) -> Path:
    """Write a notebook into Sphinx's source folder. Return its path.

    Args:
        notebook: the notebook as nbformat reads it, run or not.
        chapter: its chapter.
        source: the source folder.
        paths: texts to replace in the published page, such as this machine's folders.
        chapters: the chapters that get a page. A link to any other becomes plain text.
    """
    pages = {other.notebook_name for other in chapters}

    def link_or_words(match: re.Match[str]) -> str:
        return match[0] if match["page"] in pages else match["words"]

    for cell in notebook.cells:
        _unpack_pictures(cell, source / PICTURES, chapter.folder)
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(link_or_words, cell.source)
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata.setdefault("tags", []).append("hide-input")
    notebook.metadata["language_info"] = {"name": "python", "pygments_lexer": NAME}
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    for path, name in paths.items():
        text = text.replace(json.dumps(path, ensure_ascii=False)[1:-1], name)
    target = source / chapter.notebook_name
    target.write_text(text + "\n", encoding="utf-8")
    return target


def _unpack_pictures(cell: Any, folder: Path, prefix: str) -> None:
    """Write the pictures of a cell as files beside the page, because Sphinx does not show attachments."""
    for name, forms in cell.get("attachments", {}).items():
        (data,) = forms.values()
        folder.mkdir(exist_ok=True)
        (folder / f"{prefix}-{name}").write_bytes(base64.b64decode(data))
        cell.source = cell.source.replace(f"(attachment:{name})", f"({PICTURES}/{prefix}-{name})")
    cell.pop("attachments", None)


def write_index(course: Course, chapters: tuple[Chapter, ...], source: Path) -> None:
    """Write the first page: an introduction, and the chapters with their minutes."""
    rows = [
        f"| {chapter.number or ''} | [{chapter.title}]({chapter.notebook_name}) | {chapter.minutes} |"
        for chapter in chapters
    ]
    entries = [
        f"{chapter.title if chapter.number == WELCOME else f'{chapter.number}. {chapter.title}'} "
        f"<{chapter.folder}>"
        for chapter in chapters
    ]
    hours, minutes = divmod(sum(chapter.minutes for chapter in chapters), 60)
    lines = [
        "# Parley",
        "",
        "A course on live, server-driven interfaces, in Python. Chapter by chapter it builds a messenger "
        "whose user interface lives on the server: the HTML is rendered in Python, small diffs travel over "
        "a WebSocket, the browser patches the page.",
        "",
        "These pages are the course's notebooks as they ran: the pictures are screenshots of real browsers, "
        "and the frames went over a real socket. To run them yourself, clone the repository and type "
        "`make start`.",
        "",
        "| | chapter | minutes |",
        "|---|---|---:|",
        *rows,
        "",
        f"Together they take {hours} hours and {minutes} minutes.",
        "",
        "```{toctree}",
        ":hidden:",
        "",
        *entries,
        "```",
    ]
    (source / f"{INDEX}.md").write_text("\n".join(lines) + "\n", encoding="utf-8")

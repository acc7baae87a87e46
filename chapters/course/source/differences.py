"""Differences between two versions of files, with colours and signs, for the terminal and for notebooks."""

from __future__ import annotations

import difflib
import html
from dataclasses import dataclass

from rich.text import Text

from course.source.states import legible, plain, same_text

CONTEXT = 2
"""The number of unchanged lines shown around a change."""

_STYLES = {"+": "green", "-": "red", "@": "cyan", " ": "dim"}
_COLOURS = {
    "+": "background:rgba(46,160,67,.18)",
    "-": "background:rgba(248,81,73,.18)",
    "@": "color:#0969da;opacity:.8",
    " ": "opacity:.75",
}


def changed_lines(before: str, after: str) -> list[str]:
    """Return the unified difference without file names; lines begin with ``+``, ``-``, a space or ``@@``."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=CONTEXT)
    return list(lines)[2:]


def changed_places(before: str, after: str) -> list[int]:
    """Return the number of the first line of each change in ``before``, counted from 1."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return [start + 1 for kind, start, *_ in matcher.get_opcodes() if kind != "equal"]


def in_terminal(before: str, after: str) -> Text:
    """Return the difference for a rich console."""
    text = Text()
    for line in changed_lines(before, after):
        text.append(line + "\n", style=_STYLES.get(line[:1], ""))
    return text


def in_html(before: str, after: str) -> str:
    """Return the difference as HTML for a notebook."""
    rows = "".join(
        f'<div style="{_COLOURS.get(line[:1], "")}">{html.escape(line) or "&nbsp;"}</div>'
        for line in changed_lines(before, after)
    )
    return (
        '<pre style="font-size:12px;line-height:1.4;margin:4px 0;max-height:420px;overflow:auto;'
        f'white-space:pre">{rows}</pre>'
    )


@dataclass(frozen=True)
class FileDifference:
    """A file of the workspace that differs from the chapter's.

    ``mine`` or ``theirs`` is None when it is missing.
    """

    path: str
    mine: bytes | None
    theirs: bytes | None

    @property
    def summary(self) -> str:
        """One line with the path and the kind of difference."""
        path = legible(self.path)
        if self.mine is None:
            return f"{path}  (not in your workspace yet)"
        if self.theirs is None:
            return f"{path}  (only in your workspace)"
        added, removed = self._counts()
        return f"{path}  (+{added} −{removed} to the chapter's version)"

    def _counts(self) -> tuple[int, int]:
        lines = changed_lines(*self.texts())
        return sum(line[0] == "+" for line in lines), sum(line[0] == "-" for line in lines)

    def texts(self) -> tuple[str, str]:
        """Return both versions as text; a missing one is empty."""
        mine, theirs = plain(self.mine or b""), plain(self.theirs or b"")
        return mine.decode("utf-8", "replace"), theirs.decode("utf-8", "replace")


def compare(mine: dict[str, bytes], theirs: dict[str, bytes]) -> list[FileDifference]:
    """Return the files in which two states differ, sorted by path. Line ends do not count; see `plain`."""
    return [
        FileDifference(path, mine.get(path), theirs.get(path))
        for path in sorted({*mine, *theirs})
        if not same_text(mine.get(path), theirs.get(path))
    ]

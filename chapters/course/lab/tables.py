"""Small tables of the frames on the wire, for notebooks and as plain text."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from course.lab.link.frames import Frame

COLOURS = {
    "join": "#7a5ea8",
    "rendered": "#7a5ea8",
    "event": "#1f6fb2",
    "diff": "#1a7f4b",
    "reply": "#1a7f4b",
    "heartbeat": "#7d8590",
    "crash": "#c0392b",
    "error": "#c0392b",
    "closed": "#c0392b",
}
CELL = "padding:2px 10px;text-align:left;white-space:nowrap"
NUMBER = "padding:2px 10px;text-align:right;font-variant-numeric:tabular-nums"
WIDE = "padding:2px 10px;text-align:left;white-space:normal;max-width:34em;overflow-wrap:anywhere"
CODE = WIDE + ";font-family:monospace"
LONGEST_PART = 60
NONE = "Nothing on the wire."

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under headers; notebooks show HTML, everything else shows aligned text.

    Attributes:
        headers: one for each column.
        styles: the CSS for the cells of each column.
        rows: the cells, as text.
        nothing: the text to show when there are no rows.
    """

    headers: Row
    styles: Row
    rows: tuple[Row, ...]
    nothing: str

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{self.nothing}</p>"
        columns = tuple(zip(self.headers, self.styles, strict=True))
        head = "".join(f'<th style="{style}">{name}</th>' for name, style in columns)
        body = "".join(f"<tr>{''.join(self._cells(row))}</tr>" for row in self.rows)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _cells(self, row: Row) -> Iterable[str]:
        for name, style, text in zip(self.headers, self.styles, row, strict=True):
            tint = f";color:{COLOURS.get(text, 'inherit')};font-weight:600" if name == "kind" else ""
            yield f'<td style="{style}{tint}">{html.escape(text)}</td>'

    def __repr__(self) -> str:
        if not self.rows:
            return self.nothing
        rows = [self.headers, *self.rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(self.headers))]
        lines = []
        for row in rows:
            columns = zip(row, widths, self.styles, strict=True)
            cells = (
                cell.rjust(wide) if style == NUMBER else cell.ljust(wide) for cell, wide, style in columns
            )
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)


def frames_table(frames: Iterable[Frame]) -> Table:
    """Return a table with one row for each frame: who, direction, kind, bytes, meaning."""
    arrows = {"sent": "→ server", "received": "← server"}
    rows = tuple(
        (f.who, arrows[f.direction], f.kind, f"{f.size:,}" if f.size else "", f.meaning) for f in frames
    )
    headers = ("who", "", "kind", "bytes", "what it means")
    return Table(headers, (CELL, CELL, CELL, NUMBER, WIDE), rows, NONE)


def tree_table(tree: Mapping[str, Any]) -> Table:
    """Return a table of the top of a rendered tree: each static string, and the dynamic that follows it.

    Args:
        tree: the payload of a rendered tree, with its statics in ``s``.
    """
    rows = []
    for place, static in enumerate(tree.get("s", ())):
        number = str(place)
        dynamic = tree.get(number)
        shown = "" if dynamic is None else _shorten_end(json.dumps(dynamic, ensure_ascii=False))
        rows.append((_shorten_start(static), number if number in tree else "", shown))
    return Table(("static", "", "dynamic"), (CODE, NUMBER, CODE), tuple(rows), "Nothing was rendered yet.")


def _shorten_start(text: str) -> str:
    # Keep the end of a static, because the dynamic follows it.
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_PART else "…" + text[1 - LONGEST_PART :]


def _shorten_end(text: str) -> str:
    return text if len(text) <= LONGEST_PART else text[: LONGEST_PART - 1] + "…"


def newest_tree(frames: Sequence[Frame]) -> Mapping[str, Any]:
    """Return the rendered tree of the last join among these frames; empty when there was none."""
    for frame in reversed(frames):
        if frame.kind == "rendered":
            tree: Mapping[str, Any] = frame.payload["response"]["rendered"]
            return tree
    return {}

"""Cut a file into the parts a chapter shows, by anchors.

An *anchor* is the start of a line, both stripped: ``def send(`` finds ``    def send(self):``. It must find
exactly one line. ``@property >> def title`` finds two lines in a row, and means the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from course.errors import CourseError


@dataclass(frozen=True)
class Cut:
    """The anchors of one part: its first line, and the line after its last; each may be left to a neighbour.

    ``where`` names the directive for messages, for example ``chapters/02_…/chapter.md:120``.
    """

    where: str
    start: str | None = None
    until: str | None = None


def find_line(lines: Sequence[str], anchor: str, where: str, path: str) -> int:
    """Return the index of the one line that ``anchor`` finds.

    Raises:
        CourseError: if it finds none or several; the message names them.
    """
    wanted = [piece.strip() for piece in anchor.split(" >> ")]
    stripped = [line.strip() for line in lines]
    found = [
        index
        for index in range(len(lines) - len(wanted) + 1)
        if all(stripped[index + offset].startswith(piece) for offset, piece in enumerate(wanted))
    ]
    if len(found) == 1:
        return found[0]
    if not found:
        raise CourseError(
            f"{where}: no line of {path} begins with {anchor!r}.",
            "Anchors are compared with the beginning of a line, without its indentation.",
        )
    numbers = ", ".join(str(index + 1) for index in found)
    raise CourseError(
        f"{where}: {anchor!r} is the beginning of several lines of {path}: {numbers}.",
        "Lengthen the anchor until it fits one line, or name two lines in a row: `first >> second`.",
    )


def _above_blank(lines: Sequence[str], index: int) -> int:
    """Return the index of the first blank line above an anchor: blank lines belong to the part below."""
    while index > 0 and not lines[index - 1].strip():
        index -= 1
    return index


def split(text: str, cuts: Sequence[Cut], path: str) -> list[str]:
    """Return the parts of ``text`` that ``cuts`` describe: in file order, together the whole file.

    Raises:
        CourseError: if an anchor does not fit, or lines are left out, shown twice or out of order.
    """
    lines = text.splitlines(keepends=True)

    def place(anchor: str | None, where: str) -> int | None:
        return None if anchor is None else _above_blank(lines, find_line(lines, anchor, where, path))

    starts = [place(cut.start, cut.where) for cut in cuts]
    ends = [place(cut.until, cut.where) for cut in cuts]
    parts: list[str] = []
    position = 0
    for index, cut in enumerate(cuts):
        start = position if starts[index] is None else starts[index]
        end = ends[index]
        if end is None:
            end = starts[index + 1] if index + 1 < len(cuts) else len(lines)
        if start is None or end is None:
            raise CourseError(
                f"{cut.where}: this part of {path} has no end.",
                "Give it `:until:`, or give the next part of this file `:from:`.",
            )
        _require_no_gap(position, start, cut.where, path)
        if end <= start and lines:
            raise CourseError(
                f"{cut.where}: this part of {path} would show no lines (it begins at line {start + 1} "
                f"and ends before line {end + 1}).",
                "Parts follow the order of the file; correct the anchors.",
            )
        parts.append("".join(lines[start:end]))
        position = end
    if position < len(lines):
        raise CourseError(
            f"{cuts[-1].where}: lines {position + 1} to {len(lines)} of {path} are not shown.",
            "A chapter shows each file whole; add a part, or drop the last `:until:`.",
        )
    return parts


def _require_no_gap(position: int, start: int, where: str, path: str) -> None:
    if start > position:
        raise CourseError(
            f"{where}: lines {position + 1} to {start} of {path} are not shown before this part.",
            "A chapter shows each file whole; begin this part earlier, or add one before it.",
        )
    if start < position:
        raise CourseError(
            f"{where}: this part of {path} begins at line {start + 1}, "
            f"but lines up to {position} are shown already.",
            "Each line is shown once, in the order of the file.",
        )


def region(text: str, cut: Cut, path: str) -> str:
    """Return the lines between two anchors, without blank lines after them: the starter of an exercise.

    Raises:
        CourseError: if an anchor does not fit, or ``until`` does not come after ``from``.
    """
    lines = text.splitlines(keepends=True)
    start = 0 if cut.start is None else find_line(lines, cut.start, cut.where, path)
    end = len(lines) if cut.until is None else find_line(lines, cut.until, cut.where, path)
    while end > start and not lines[end - 1].strip():
        end -= 1
    if end <= start:
        raise CourseError(
            f"{cut.where}: `:until:` does not come after `:from:` in {path}.", "Correct the anchors."
        )
    return "".join(lines[start:end])

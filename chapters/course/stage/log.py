"""`LogTail`: the new lines of the server's log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 400
_HEAD = re.compile(r"\d\d:\d\d:\d\d (DEBUG|INFO|WARNING|ERROR|CRITICAL)\s+(.*)")
# The logger's name and the client's port are of no use to a class, nor are the dozen files of each page.
_ORIGIN = re.compile(r"^uvicorn\.\w+: (127\.0\.0\.1:\d+ - )?")
_NOISE = re.compile(r'"GET (/static/|/live/client/|/favicon)')


@dataclass(frozen=True)
class Line:
    """One line of the log.

    Attributes:
        number: its number since the stage was opened.
        level: ``info``, ``warning``, ``error`` or ``debug``; each line of a traceback has the same.
        text: the time and the message, without the level.
    """

    number: int
    level: str
    text: str


class LogTail:
    """Reads the lines that a log file has got since the last time.

    Args:
        path: the file.
        first: the number of the first line.
    """

    def __init__(self, path: Path, first: int = 1) -> None:
        self.path = path
        self.number = first
        self._place = 0
        self._rest = b""
        self._level = "info"

    def new_lines(self) -> Iterator[Line]:
        """Yield the lines that have been completed since the last call."""
        try:
            if self.path.stat().st_size == self._place:
                return
            with self.path.open("rb") as file:
                file.seek(self._place)
                data = file.read()
        except OSError:
            return
        self._place += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for raw in lines:
            text = raw.decode("utf-8", "replace").rstrip()
            if text and not _NOISE.search(text):
                yield self._line(text)

    def _line(self, text: str) -> Line:
        if found := _HEAD.match(text):
            self._level = {"CRITICAL": "error"}.get(found[1], found[1].lower())
            text = f"{text[:8]} {_ORIGIN.sub('', found[2])}"
        self.number += 1
        return Line(self.number - 1, self._level, text[:LONGEST_LINE])

"""The server's log, line by line, as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST_LINE = 400
_HEAD = re.compile(r"\d\d:\d\d:\d\d (DEBUG|INFO|WARNING|ERROR|CRITICAL)\s+(.*)")
# Every page loads a dozen files; for a class that is noise.
# Who serves, and to which of its own ports, helps nobody either.
_ORIGIN = re.compile(r"^uvicorn\.\w+: (127\.0\.0\.1:\d+ - )?")
_NOISE = re.compile(r'"GET (/static/|/live/client/|/favicon)')


@dataclass(frozen=True)
class Line:
    """One line of the log.

    Attributes:
        number: its place since the stage was opened.
        level: ``info``, ``warning``, ``error`` or ``debug``; a traceback's lines have that of its first one.
        text: what it says, without the level; the time stays.
    """

    number: int
    level: str
    text: str


class LogTail:
    """Reads what a log file has got since the last look.

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
        """The lines that have been completed since."""
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

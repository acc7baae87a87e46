"""Terminals that cannot show every character get the nearest that they can.

The encoding of a terminal is not ours to choose: bytes of UTF-8 are gibberish on one that speaks Latin-1.
What its encoding lacks is written with look-alikes, so a message survives everywhere and raises nothing.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
import unicodedata
from typing import TextIO

ERRORS = "course.lookalike"

LOOKALIKES = {
    "✓": "+",
    "✗": "x",
    "▸": ">",
    "→": "->",
    "←": "<-",
    "−": "-",
    "–": "-",
    "—": "-",
    "…": "...",
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "×": "x",
    "·": ".",
    "•": "*",
    "▰": "#",
    "▱": ".",
    "│": "|",
    "─": "-",
    "━": "=",
    "≤": "<=",
    "≥": ">=",
    "ß": "ss",
}

# The dots that turn while something is at work.
BRAILLE = range(0x2800, 0x2900)


def survive(stream: TextIO) -> None:
    """Let a stream write whatever it is given, in its own encoding."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    with contextlib.suppress(ValueError, OSError):
        if sys.platform == "win32" and not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
            # A pipe there has the encoding of the last century; programs that read ours expect UTF-8.
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors=ERRORS)


def lookalike(letter: str) -> str:
    """What to write in ASCII for a character that an encoding lacks."""
    if letter in LOOKALIKES:
        return LOOKALIKES[letter]
    if ord(letter) in BRAILLE:
        return "*"
    apart = unicodedata.normalize("NFKD", letter)
    return "".join(one for one in apart if one.isascii()) or "?"


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(lookalike(letter) for letter in error.object[error.start : error.end]), error.end


codecs.register_error(ERRORS, _replace)

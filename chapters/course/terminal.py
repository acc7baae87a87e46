"""Output for terminals that cannot show every character: each missing one is written as a look-alike.

We cannot choose the encoding of a terminal: UTF-8 is unreadable on one that expects Latin-1. A character
that its encoding lacks is written as a look-alike, so every message can be read and none raises an error.
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

# The dots of a spinner.
BRAILLE = range(0x2800, 0x2900)


def survive(stream: TextIO) -> None:
    """Make a stream write every text in its own encoding, with look-alikes for missing characters."""
    if not isinstance(stream, io.TextIOWrapper):
        return
    with contextlib.suppress(ValueError, OSError):
        if sys.platform == "win32" and not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
            # A pipe on Windows has an old 8-bit encoding; programs that read our output expect UTF-8.
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors=ERRORS)


def lookalike(letter: str) -> str:
    """Return the ASCII look-alike of a character."""
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

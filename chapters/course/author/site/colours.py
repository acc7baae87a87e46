"""Colours for cells: a ``%%save`` cell is coloured in the language of its file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Text, Whitespace

NAME = "parley-cell"
LANGUAGES = {".html": "html+jinja", ".js": "javascript", ".css": "css", ".svg": "xml", ".py": "python"}
MAGIC = re.compile(r"%%(?:save|exercise)\b.*")
SUFFIX = re.compile(r"\S(\.\w+)(?:\s|$)")


class CellLexer(Lexer):
    """A lexer of cells; parts that do not fit the language become text, not errors."""

    name = "Parley cell"
    aliases = (NAME,)

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:
        """Yield (index, kind, text) of each token."""
        language, start = "ipython3", 0
        magic = MAGIC.match(text)
        if magic:
            suffix = SUFFIX.search(magic[0])
            language = LANGUAGES.get(suffix[1], "text") if suffix else "text"
            yield 0, Comment.Preproc, magic[0]
            start = len(magic[0])
            if text[start : start + 1] == "\n":
                yield start, Whitespace, "\n"
                start += 1
        for index, kind, part in get_lexer_by_name(language).get_tokens_unprocessed(text[start:]):
            yield start + index, Text if kind is Error else kind, part

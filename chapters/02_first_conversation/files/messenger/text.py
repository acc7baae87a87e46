"""Text that people write: comparing it, finding out whether it shows anything, and shortening it."""

from unicodedata import normalize

import regex
from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator

# Characters that take no room or show nothing: joiners, fillers, marks of direction, patterns without a dot.
UNSEEN = r"\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2800\uFFFC\U00013441\U00013442\U0001D159"
HIDDEN = regex.compile(rf"[{UNSEEN}]")
# Emoji that are newer than our library count as pictures already.
SEEN = regex.compile(rf"[[\p{{L}}\p{{N}}\p{{P}}\p{{S}}\p{{Extended_Pictographic}}]--[{UNSEEN}]]", regex.V1)
BLANKS = regex.compile(r"[\s\p{Cc}]+")
# No language needs so many marks on one letter, and sorting them takes long.
PILES = regex.compile(r"(\p{M}{30})\p{M}+")

# One visible letter may have many characters: a flag has two, a family seven.
LETTER = regex.compile(r"\X")
LONGEST_LETTER = 64


def one_line(text: str) -> str:
    """Return the text in one line: without spaces around it, and with one space where there were several."""
    return str(BLANKS.sub(" ", text)).strip(" ")


def plain(text: str) -> str:
    """Return the text in the encoding that we compare: each letter in one piece, none wide, none hidden."""
    shown = HIDDEN.sub("", one_line(text))
    return one_line(normalize("NFKC", PILES.sub(r"\1", shown)))


def folded(text: str) -> str:
    """Return the text without the differences in how it was typed: `STRASSE` and `straße` become the same.

    Upper and lower case become the same, and everything that `plain` evens out. Accents still count.
    """
    # The Turkish capital İ leaves its dot behind.
    return plain(plain(text).casefold()).replace("i\u0307", "i")


def can_be_seen(text: str) -> bool:
    """Return whether the text shows anything."""
    return SEEN.search(text) is not None


def first_letter(word: str) -> str:
    """Return the first letter as a reader counts it: a flag, a family or a syllable of Hindi is one."""
    found = LETTER.match(word[:LONGEST_LETTER])
    return found[0] if found else ""


def shortened(text: str, longest: int = 120) -> str:
    """Return the beginning of a text, with at most `longest` characters. No letter is cut in half."""
    if len(text) <= longest:
        return text
    ends = [letter.end() for letter in LETTER.finditer(text[: longest + 1])]
    return f"{text[: max((end for end in ends if end < longest), default=longest - 1)]}…"


class VisibleText(TypeDecorator[str]):
    """A column for text that people read. Invisible text becomes "", which a constraint can refuse."""

    impl: type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or can_be_seen(value) else ""


class VisibleLine(VisibleText):
    """A column for a short text that people read, with a maximum number of characters."""

    impl = String
    cache_ok = True

"""Text that people write: which two are the same, what of it can be seen, and where it may be cut."""

from unicodedata import normalize

import regex
from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator

# Takes no room, or shows nothing: joiners, fillers, marks that turn the direction, patterns without a dot.
UNSEEN = r"\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cs}\u2800\uFFFC\U00013441\U00013442\U0001D159"
HIDDEN = regex.compile(rf"[{UNSEEN}]")
# Emoji that are newer than our library are pictures already.
SEEN = regex.compile(rf"[[\p{{L}}\p{{N}}\p{{P}}\p{{S}}\p{{Extended_Pictographic}}]--[{UNSEEN}]]", regex.V1)
BLANKS = regex.compile(r"[\s\p{Cc}]+")
# No language needs so many marks on one letter, and to put them in order takes long.
PILES = regex.compile(r"(\p{M}{30})\p{M}+")

# What looks like one letter may be many characters: a flag is two, a family seven.
LETTER = regex.compile(r"\X")
LONGEST_LETTER = 64


def one_line(text: str) -> str:
    """The text in one line. Blanks around it are taken off, and several count as one."""
    return str(BLANKS.sub(" ", text)).strip(" ")


def plain(text: str) -> str:
    """The text in the encoding that we compare: each letter in one piece, none wide, nothing hidden."""
    shown = HIDDEN.sub("", one_line(text))
    return one_line(normalize("NFKC", PILES.sub(r"\1", shown)))


def folded(text: str) -> str:
    """What is left when it does not matter how a text was typed: `STRASSE` and `straße` become the same.

    Upper and lower case count no more, and all that `plain` evens out. Accents count.
    """
    # The capital İ of Turkish leaves its dot behind.
    return plain(plain(text).casefold()).replace("i\u0307", "i")


def can_be_seen(text: str) -> bool:
    """Whether there is anything in it to look at."""
    return SEEN.search(text) is not None


def first_letter(word: str) -> str:
    """The first letter as a reader counts: a flag, a family or a syllable of Hindi is one."""
    found = LETTER.match(word[:LONGEST_LETTER])
    return found[0] if found else ""


def shortened(text: str, longest: int = 120) -> str:
    """The beginning of a text, with at most so many characters. No letter is cut in half."""
    if len(text) <= longest:
        return text
    ends = [letter.end() for letter in LETTER.finditer(text[: longest + 1])]
    return f"{text[: max((end for end in ends if end < longest), default=longest - 1)]}…"


class VisibleText(TypeDecorator[str]):
    """A column for what people read. Text that shows nothing goes in as "", which a constraint can refuse."""

    impl: type[String] = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None or can_be_seen(value) else ""


class VisibleLine(VisibleText):
    """The same for a short text, with the most characters it may have."""

    impl = String
    cache_ok = True

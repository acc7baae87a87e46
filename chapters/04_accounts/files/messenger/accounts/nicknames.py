"""Rules for nicknames: none may look like another one, like a deleted account, or like nothing."""

import regex

from ..text import UNSEEN, can_be_seen, folded, plain

# The names of deleted accounts begin like this. No other names may.
FORMER = "Deleted account"

# Invisible, but part of what is visible: joiners within words and emoji, variants, the flag of Wales.
PARTS = regex.compile(
    r"(?<=\S)[\u200c\u200d](?=\S)|\p{Variation_Selector}|\U0001F3F4[\U000E0030-\U000E007A]{1,6}\U000E007F"
)
HIDING = regex.compile(rf"[[{UNSEEN}\p{{C}}]--\p{{Extended_Pictographic}}]", regex.V1)

# Alphabets with letters that look like those of another one.
LIKE_OURS = ("Latin", "Greek", "Coptic", "Cyrillic", "Armenian", "Cherokee", "Lisu", "Canadian_Aboriginal")
ALIKE = [regex.compile(rf"\p{{{name}}}") for name in LIKE_OURS]


def reason_against(nickname: str) -> str:
    """Return the reason why a nickname is not allowed; empty if it is allowed."""
    if HIDING.search(PARTS.sub("", nickname)) or not can_be_seen(nickname):
        return "Use only characters that can be seen."
    if any(mixes_alphabets(word) for word in plain(nickname).split()):
        return "Write each word in one alphabet: this name mixes letters that look alike."
    if folded(nickname).startswith(folded(FORMER)):
        return "Choose another nickname: only deleted accounts have names like this."
    return ""


def mixes_alphabets(word: str) -> bool:
    """Return whether a word mixes alphabets that look alike, as `Аlice` does with a Russian А."""
    return sum(1 for letter in ALIKE if letter.search(word)) > 1

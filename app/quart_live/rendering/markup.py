"""Find the key of a loop entry in its markup: the ``id`` of the element it begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARK = "\0"  # stands for a dynamic; cannot occur in a template

_OPENING = re.compile(
    r"""
    \s* <[A-Za-z][^\s/>\0]*                                    # <li
    (?: [\s\0]+ (?!id\s*=) [^\s=>"'/\0]+                       # attributes before the id
        (?: \s*=\s* (?: "[^"]*" | '[^']*' | [^\s"'=<>`]+ ) )?
    )*
    [\s\0]+ id \s*=\s*
    (?: "(?P<double>[^"]*)" | '(?P<single>[^']*)' )
    """,
    re.VERBOSE | re.IGNORECASE,
)


def key_positions(strings: Sequence[str], is_text: Sequence[bool]) -> list[int]:
    """Return which dynamics, from 1, make up the ``id`` of the first element.

    Args:
        strings: the statics of the loop body.
        is_text: for each dynamic whether it is always a string (a branch or a loop is not).

    Returns:
        An empty list if the body does not begin with an element that has an ``id`` made of dynamics.
    """
    if any(_MARK in string for string in strings):
        return []
    match = _OPENING.match(_MARK.join(strings))
    if match is None:
        return []
    value = match["double"] if match["double"] is not None else match["single"]
    start = match.string.count(_MARK, 0, match.start("double" if match["double"] is not None else "single"))
    positions = list(range(start + 1, start + 1 + value.count(_MARK)))
    return positions if all(is_text[position - 1] for position in positions) else []

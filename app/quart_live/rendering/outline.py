"""The elements in the constant strings of a template: whether it is exactly one, and where its dynamics are.

The client takes a part that is marked as one element (``r``) by its opening tag, and leaves it out of the
page that it builds while nothing in it has changed. So a part is marked only if it is certainly one element:
in doubt, this small reader of HTML says no.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

MARK = "\0"  # stands for a dynamic; cannot occur in a template

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
TEXT_ONLY = frozenset(
    ["iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"]
)
UNMARKED = TEXT_ONLY | {"body", "head", "html", "noscript", "option", "optgroup", "template"}
"""Elements that are never marked."""
WITHOUT_MARKS = frozenset(["noscript", "select", "template"])
"""Elements in which nothing is marked."""
_FOREIGN = frozenset(["svg", "math"])
# fmt: off
PHRASING = frozenset([
    "a", "abbr", "b", "bdi", "bdo", "br", "button", "cite", "code", "data", "del", "dfn", "em", "i", "img",
    "input", "ins", "kbd", "label", "mark", "path", "q", "s", "samp", "small", "span", "strong", "sub", "sup",
    "svg", "time", "u", "var", "wbr",
])
# fmt: on
"""Elements that can stand in a paragraph; most of the others end it."""

_ATTRIBUTE = r"""\s+[^\s"'<>/=\0]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>`\0]+))?"""
_TOKEN = re.compile(
    rf"""
      (?P<mark>\0)
    | <!--(?P<comment>.*?)-->
    | </(?P<closed>[A-Za-z][^\s/>\0<]*)\s*>
    | <(?P<opened>[A-Za-z][^\s/>\0<]*)(?P<attributes>(?:{_ATTRIBUTE})*)\s*(?P<ended>/?)>
    | <(?P<vague>[A-Za-z][^\s/>\0<]*)(?P<rest>[\s/](?:"[^"]*"|'[^']*'|[^"'>])*)>
    | (?P<text>[^<\0]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = re.compile(r"""=(?:"[^"]*"|'[^']*')""")
_ID = re.compile(r"(?<![^\s])id(?![^\s=])", re.IGNORECASE)
_ID_FOR_THE_CLIENT = re.compile(r"""[ ]id=(?:"[^"]*"|'[^']*')""")


class Outline(NamedTuple):
    """The facts about a part's elements that are certain.

    Attributes:
        is_element: whether the part is exactly one element, with nothing but white space around it, that the
            client can mark.
        in_content: for each dynamic whether an element could stand there.
        is_balanced: whether each element that is opened is closed, and the other way round.
    """

    is_element: bool
    in_content: tuple[bool, ...]
    is_balanced: bool


def outline(strings: Sequence[str]) -> Outline:
    """Read the statics of a part that stands where elements can stand."""
    reader = _Reader(MARK.join(strings))
    is_balanced = reader.read() and not any(MARK in string for string in strings)
    found = reader.in_content if is_balanced else []
    missing = len(strings) - 1 - len(found)
    in_content = (*found, *[False] * missing)
    is_element = is_balanced and reader.elements == 1 and reader.can_be_marked
    return Outline(is_element, in_content, is_balanced)


class _Reader:
    def __init__(self, html: str) -> None:
        self._html = html
        self._at = 0
        self._open: list[str] = []
        self.elements = 0
        self.can_be_marked = True
        self.in_content: list[bool] = []

    def read(self) -> bool:
        """Read to the end. Return whether all is balanced; false as soon as something is not understood."""
        while self._at < len(self._html):
            token = _TOKEN.match(self._html, self._at)
            if token is None:
                return False
            self._at = token.end()
            if token["mark"]:
                self._not_one_element()
                self.in_content.append(WITHOUT_MARKS.isdisjoint(self._open))
            elif token["text"] is not None:
                if token["text"].strip():
                    self._not_one_element()
            elif token["comment"] is not None:
                self._not_one_element()
                self._pass_over(token["comment"])
            elif token["closed"] is not None:
                if not self._open or self._open.pop() != token["closed"].lower():
                    return False
            elif not self._opening(token):
                return False
        return not self._open

    def _not_one_element(self) -> None:
        if not self._open:
            self.can_be_marked = False

    def _pass_over(self, text: str) -> None:
        self.in_content += [False] * text.count(MARK)

    def _opening(self, token: re.Match[str]) -> bool:
        name = (token["opened"] or token["vague"]).lower()
        attributes = token["attributes"] if token["opened"] else token["rest"]
        self._pass_over(attributes)
        if not self._open:
            self.elements += 1
            if token["vague"] or name in UNMARKED or not _has_plain_id(attributes):
                self.can_be_marked = False
        elif self._open[0] == "p" and name not in PHRASING:
            self.can_be_marked = False
        if name in VOID:
            return True
        if attributes.rstrip().endswith("/") or token["ended"]:
            return not _FOREIGN.isdisjoint(self._open)  # elsewhere it opens an element all the same
        if name in TEXT_ONLY:
            end = re.compile(rf"</{re.escape(name)}\s*>", re.IGNORECASE).search(self._html, self._at)
            if end is None:
                return False
            self._pass_over(self._html[self._at : end.start()])
            self._at = end.end()
            return True
        self._open.append(name)
        return True


def _has_plain_id(attributes: str) -> bool:
    """Return whether the client finds the ``id``, if there is one: it looks for exactly `` id="``."""
    return len(_ID.findall(_QUOTED.sub("", attributes))) == len(_ID_FOR_THE_CLIENT.findall(attributes)) <= 1

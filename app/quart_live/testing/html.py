"""Reading HTML as browsers do: BeautifulSoup, with the end tags added that may be left out.

The parser of the standard library takes ``<li>One<li>Two`` for an item in an item, and ``:first-child`` would
match both.
"""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup

_BLOCKS = (
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "dialog",
        "div",
        "dl",
        "fieldset",
        "figcaption",
    ),
    *(
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "main",
        "menu",
    ),
    *("nav", "ol", "p", "pre", "search", "section", "table", "ul"),
)
_CELLS = frozenset({"td", "th", "p"})
_ROWS = _CELLS | {"tr"}
_PARTS = _ROWS | {"thead", "tbody", "tfoot", "caption", "colgroup"}

ENDS = {
    **dict.fromkeys(_BLOCKS, frozenset({"p"})),
    "li": frozenset({"li", "p"}),
    **dict.fromkeys(("dt", "dd"), frozenset({"dt", "dd", "p"})),
    **dict.fromkeys(("td", "th"), _CELLS),
    "tr": _ROWS,
    **dict.fromkeys(("thead", "tbody", "tfoot"), _PARTS),
    "option": frozenset({"option"}),
    "optgroup": frozenset({"option", "optgroup"}),
    **dict.fromkeys(("rt", "rp"), frozenset({"rt", "rp"})),
}
"""The open elements that the start of another one ends (HTML, 13.1.2.4)."""


class _Page(BeautifulSoup):
    def handle_starttag(self, name: str, *arguments: Any, **options: Any) -> Any:
        ended = ENDS.get(name, ())
        while self.currentTag is not None and self.currentTag.name in ended:
            self.endData()
            self.popTag()
        return super().handle_starttag(name, *arguments, **options)


def read(html: str) -> BeautifulSoup:
    """Parse a page. Values of attributes are text; of those given twice the first counts, as in browsers."""
    return _Page(html, "html.parser", multi_valued_attributes=None, on_duplicate_attribute="ignore")

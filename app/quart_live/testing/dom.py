"""Just enough of a DOM to find an element in a page and read what it would send.

>>> page = parse('<form id="f"><input name="a" value="1"><button>Send</button></form>')
>>> page.find("form#f button", "Send").tag
'button'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_COMPOUND = re.compile(
    r"""(?P<tag>^[a-z][\w-]*) | \#(?P<id>[\w-]+) | \.(?P<class>[\w-]+)
      | \[(?P<attr>[\w:-]+)(?:="?(?P<value>[^"\]]*)"?)?\]""",
    re.VERBOSE,
)


class Element:
    """An element with attributes, children and text."""

    def __init__(self, tag: str, attributes: dict[str, str], parent: Element | None = None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children: list[Element | str] = []

    def __repr__(self) -> str:
        names = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.tag}{names}>"

    @property
    def text(self) -> str:
        """All text in it, with runs of white space made one."""
        return " ".join("".join(self._texts()).split())

    def get(self, name: str, default: str = "") -> str:
        """The value of an attribute."""
        return self.attributes.get(name, default)

    def walk(self) -> Iterator[Element]:
        """Itself and all elements below, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find_all(self, selector: str, text: str | None = None) -> list[Element]:
        """Elements below that match ``selector`` and contain ``text``.

        Args:
            selector: tag, ``#id``, ``.class``, ``[attr]``, ``[attr=value]``, together or nested by a space.
            text: if an element's whole text equals it, only such elements are returned.
        """
        compounds = selector.split()
        found = [element for element in self.walk() if element._matches(compounds)]
        if text is None:
            return found
        exact = [element for element in found if element.text == text]
        return exact or [element for element in found if text in element.text]

    def find(self, selector: str, text: str | None = None) -> Element:
        """The one element that matches.

        Raises:
            LookupError: if there is none, or more than one.
        """
        found = self.find_all(selector, text)
        if len(found) != 1:
            wanted = selector if text is None else f"{selector} with the text {text!r}"
            raise LookupError(f"{len(found)} elements match {wanted}: {found}")
        return found[0]

    def closest(self, selector: str) -> Element | None:
        """Itself or the nearest element around it that matches."""
        element: Element | None = self
        while element is not None and not element._matches([selector]):
            element = element.parent
        return element

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in ("script", "style"):
                yield from child._texts()

    def _matches(self, compounds: list[str]) -> bool:
        if not self._matches_compound(compounds[-1]):
            return False
        rest, around = compounds[:-1], self.parent
        while rest and around is not None:
            if around._matches(rest):
                return True
            around = around.parent
        return not rest

    def _matches_compound(self, compound: str) -> bool:
        for part in _COMPOUND.finditer(compound):
            name: str | None = part["attr"]
            value: str | None = part["value"]
            if not (
                (part["tag"] is None or part["tag"] == self.tag)
                and (part["id"] is None or part["id"] == self.get("id"))
                and (part["class"] is None or part["class"] in self.get("class").split())
                and (name is None or name in self.attributes)
                and (value is None or name is None or value == self.get(name))
            ):
                return False
        return True


def parse(html: str) -> Element:
    """Parse a page or a part of one. The result is an element called ``#document`` around it."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = self._open = Element("#document", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        element: Element | None = self._open
        while element is not None and element.tag != tag:
            element = element.parent
        if element is not None and element.parent is not None:
            self._open = element.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)

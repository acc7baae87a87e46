"""A page as a DOM, in which elements are found and read.

HTML is read by BeautifulSoup and selectors by soupsieve, so all of CSS can be used::

>>> page = parse('<form id="f"><input name="a" value="1"><button>Send</button></form>')
>>> page.find("form#f > button:last-child", "Send").tag
'button'

Both come with ``pip install beautifulsoup4``; nothing but tests needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import LiveViewError

if TYPE_CHECKING:
    from bs4.element import Tag

NOT_SHOWN = frozenset({"script", "style"})


class Element:
    """An element with attributes, children and text.

    Args:
        node: the node of BeautifulSoup.
        page: the elements of its page that were made so far, by their nodes.

    Attributes:
        tag: the name of the element in lower case; ``#document`` around the whole.
        attributes: the attributes by name; one without a value has ``""``.
    """

    __slots__ = ("_node", "_page", "attributes", "tag")

    def __init__(self, node: Tag, page: dict[int, Element]) -> None:
        self._node, self._page = node, page
        page[id(node)] = self
        self.tag = node.name if node.parent is not None else "#document"
        self.attributes: dict[str, str] = node.attrs  # type: ignore[assignment]  # classes are not split

    def __repr__(self) -> str:
        names = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        return f"<{self.tag}{names}>"

    @property
    def parent(self) -> Element | None:
        """The element around it."""
        return self._of(self._node.parent) if self._node.parent is not None else None

    @property
    def children(self) -> list[Element | str]:
        """The elements and texts directly in it, in order; no comments."""
        from bs4.element import NavigableString, PreformattedString, Tag

        found: list[Element | str] = []
        for child in self._node.contents:
            if isinstance(child, Tag):
                found.append(self._of(child))
            elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                found.append(str(child))
        return found

    @property
    def text(self) -> str:
        """All text in it, with runs of white space made one."""
        return " ".join("".join(self.texts()).split())

    def get(self, name: str, default: str = "") -> str:
        """Return the value of an attribute."""
        return self.attributes.get(name, default)

    def walk(self) -> Iterator[Element]:
        """Yield the element and all elements below, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find_all(self, selector: str, text: str | None = None) -> list[Element]:
        """Return the element and those below that match ``selector`` and contain ``text``, in document order.

        Args:
            selector: a CSS selector.
            text: if an element's whole text equals it, only such elements are returned.

        Raises:
            ValueError: if the selector is not CSS, or needs a browser.
        """
        found = [self] if self.tag != "#document" and self.matches(selector) else []
        with _explained(selector):
            found += [self._of(node) for node in self._node.select(selector)]
        if text is None:
            return found
        exact = [element for element in found if element.text == text]
        return exact or [element for element in found if text in element.text]

    def find(self, selector: str, text: str | None = None) -> Element:
        """Return the one element that matches.

        Raises:
            LookupError: if there is none, or more than one.
            ValueError: as `find_all`.
        """
        found = self.find_all(selector, text)
        if len(found) != 1:
            wanted = selector if text is None else f"{selector} with the text {text!r}"
            raise LookupError(f"{len(found)} elements match {wanted}: {found}")
        return found[0]

    def closest(self, selector: str) -> Element | None:
        """Return the element itself or the nearest one around it that matches; None if none does.

        Raises:
            ValueError: as `find_all`.
        """
        element: Element | None = self
        while element is not None and element.tag != "#document":
            if element.matches(selector):
                return element
            element = element.parent
        return None

    def _of(self, node: Tag) -> Element:
        """Return the element of a node, always the same one."""
        return self._page.get(id(node)) or Element(node, self._page)

    def matches(self, selector: str) -> bool:
        """Whether a selector matches the element itself.

        Raises:
            ValueError: as `find_all`.
        """
        with _explained(selector):
            return self._node.css.match(selector)

    def texts(self) -> Iterator[str]:
        """The pieces of text inside that a browser shows, in order."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in NOT_SHOWN:
                yield from child.texts()


class _explained:  # noqa: N801 - it is used as a function; a generator would cost more than the search
    """A context that turns the errors of a selector into a `ValueError` that explains them."""

    __slots__ = ("_selector",)

    def __init__(self, selector: str) -> None:
        self._selector = selector

    def __enter__(self) -> None:
        for found in _BROWSER_STATE.finditer(self._selector):
            if found["state"] is not None:
                raise ValueError(
                    f"{self._selector!r}: only a browser knows what is {found['state']}, "
                    "and this is a test without one; use another selector"
                )

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        from soupsieve import SelectorSyntaxError

        if isinstance(error, NotImplementedError):  # ::before
            raise ValueError(f"{self._selector!r}: only a browser has pseudo-elements") from None
        if isinstance(error, SelectorSyntaxError):
            raise ValueError(
                f"{self._selector!r} is not a CSS selector: {str(error).splitlines()[0]}"
            ) from None


_BROWSER_STATE = re.compile(
    r""" "[^"]*" | '[^']*'
      | (?P<state>:(?:active|autofill|buffering|current|focus|focus-visible|focus-within|fullscreen|future
                     |host|host-context|hover|local-link|past|paused|picture-in-picture|playing|popover-open
                     |seeking|stalled|target|target-within|user-invalid|visited|volume-locked)(?![\w-]))""",
    re.VERBOSE | re.IGNORECASE,
)
"""Pseudo-classes that soupsieve accepts and never finds; they would match nothing, in silence."""


def quoted(value: str) -> str:
    """Return ``value`` as a string in a selector."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\a ") + '"'


def parse(html: str) -> Element:
    """Parse a page or a part of one. Return an element called ``#document`` around it.

    Raises:
        LiveViewError: if BeautifulSoup is not installed.
    """
    try:
        from .html import read
    except ImportError:
        raise LiveViewError(
            "LiveViewTest reads pages with BeautifulSoup: pip install beautifulsoup4"
        ) from None
    return Element(read(html), {})

"""`Locator`: the ways to find an element, and what a demo may do with it.

    await alice.page.get_by_role("listitem").filter(has_text="Cake").get_by_role("link").click()

Names and meanings are those of Playwright: a locator finds its element anew for each action, waits until it
is there, and refuses to choose between several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, Protocol

Text = str | re.Pattern[str]
State = Literal["attached", "detached", "visible", "hidden"]
Role = Literal[
    "alert",
    "alertdialog",
    "article",
    "banner",
    "button",
    "cell",
    "checkbox",
    "combobox",
    "complementary",
    "contentinfo",
    "dialog",
    "feed",
    "figure",
    "form",
    "group",
    "heading",
    "img",
    "link",
    "list",
    "listbox",
    "listitem",
    "log",
    "main",
    "menu",
    "menuitem",
    "meter",
    "navigation",
    "note",
    "option",
    "paragraph",
    "progressbar",
    "radio",
    "radiogroup",
    "region",
    "row",
    "search",
    "searchbox",
    "separator",
    "slider",
    "spinbutton",
    "status",
    "switch",
    "tab",
    "table",
    "tablist",
    "tabpanel",
    "textbox",
    "time",
    "timer",
    "toolbar",
    "tooltip",
]


class Locator(Protocol):
    """A way to find elements, and the actions on the element that is found."""

    # Find within.

    def get_by_role(self, role: Role, /, *, name: Text = ..., exact: bool = ...) -> Locator:
        """Return a locator of elements with this role and this accessible name."""

    def get_by_text(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Return a locator of the smallest elements that contain this text."""

    def get_by_label(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Return a locator of elements with this label."""

    def get_by_placeholder(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Return a locator of fields with this placeholder."""

    def locator(self, selector: str, /) -> Locator:
        """Return a locator of elements by CSS selector; prefer the accessible name."""

    def filter(self, *, has_text: Text = ...) -> Locator:
        """Return a locator of those elements that contain this text."""

    def nth(self, index: int, /) -> Locator:
        """Return a locator of one of several elements; -1 is the last."""

    @property
    def first(self) -> Locator:
        """A locator of the first of several elements."""

    @property
    def last(self) -> Locator:
        """A locator of the last of several elements."""

    # Act. Each method waits until there is exactly one element, visible and enabled.

    async def click(self) -> None:
        """Click the element."""

    async def fill(self, value: str, /) -> None:
        """Replace the value of the field."""

    async def press_sequentially(self, text: str, /) -> None:
        """Type a text after the value that is there."""

    async def press(self, key: str, /) -> None:
        """Press a key while the element has the focus, such as ``Enter``, ``Escape``, ``Shift+Enter``."""

    async def focus(self) -> None:
        """Give the element the focus."""

    async def check(self) -> None:
        """Tick the box, unless it is ticked."""

    async def uncheck(self) -> None:
        """Untick the box, unless it is not ticked."""

    async def scroll_into_view_if_needed(self) -> None:
        """Scroll until the element is in view, unless it is."""

    # Look.

    async def wait_for(self, *, state: State = ..., timeout: float = ...) -> None:
        """Wait until the element is ``visible``, or ``hidden``; ``timeout`` is in milliseconds."""

    async def count(self) -> int:
        """Return the number of elements that are there now."""

    async def is_visible(self) -> bool:
        """Return whether the element is visible now."""

    async def all_inner_texts(self) -> Sequence[str]:
        """Return the texts of all elements that are there now."""

    async def inner_text(self) -> str:
        """Return the text of the element, as shown."""

    async def text_content(self) -> str | None:
        """Return the text of the element, hidden parts included."""

    async def input_value(self) -> str:
        """Return the value of the field."""

    async def get_attribute(self, name: str, /) -> str | None:
        """Return an attribute of the element; None if it has none of this name."""

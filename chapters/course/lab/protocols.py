"""What a demo may use: the part of the Lab and of Playwright that the stage can play as well.

A chapter's ``demo.py`` is one scenario for the class, for the pictures and for a test. In notebooks and tests
its people have browsers of their own, moved by Playwright. On the stage they are frames in the teacher's
browser, moved by a small script in their pages. Both offer what is listed here, so a demo says

    from course.lab.protocols import Lab, Person

and mypy tells at once when it asks for more. Names and meanings are those of Playwright: a locator finds
its element anew for each action, waits until it is there, and refuses to choose between several.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal, Protocol

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
    """A way to find an element, and what can be done with it once it is found."""

    # Finding within.

    def get_by_role(self, role: Role, /, *, name: Text = ..., exact: bool = ...) -> Locator:
        """Elements with this role, and this accessible name."""

    def get_by_text(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """The smallest elements that contain this text."""

    def get_by_label(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Elements with this label."""

    def get_by_placeholder(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Fields with this placeholder."""

    def locator(self, selector: str, /) -> Locator:
        """Elements by CSS selector; the accessible name is the better way."""

    def filter(self, *, has_text: Text = ...) -> Locator:
        """Only those that contain this text."""

    def nth(self, index: int, /) -> Locator:
        """One of several; -1 is the last."""

    @property
    def first(self) -> Locator:
        """The first of several."""

    @property
    def last(self) -> Locator:
        """The last of several."""

    # Acting. Each waits until there is exactly one, visible and enabled.

    async def click(self) -> None:
        """Click it."""

    async def fill(self, value: str, /) -> None:
        """Replace what is typed in it."""

    async def press_sequentially(self, text: str, /) -> None:
        """Type this after what is there."""

    async def press(self, key: str, /) -> None:
        """Press a key while it has the focus, such as ``Enter``, ``Escape``, ``Shift+Enter``."""

    async def focus(self) -> None:
        """Give it the focus."""

    async def check(self) -> None:
        """Tick a box, unless it is ticked."""

    async def uncheck(self) -> None:
        """Untick it."""

    async def scroll_into_view_if_needed(self) -> None:
        """Bring it into view."""

    # Looking.

    async def wait_for(self, *, state: State = ..., timeout: float = ...) -> None:
        """Wait until it is there (``visible``), or is not (``hidden``); ``timeout`` in milliseconds."""

    async def count(self) -> int:
        """How many there are now."""

    async def is_visible(self) -> bool:
        """Whether it is there now."""

    async def all_inner_texts(self) -> Sequence[str]:
        """The texts of all there are now."""

    async def inner_text(self) -> str:
        """Its text, as shown."""

    async def text_content(self) -> str | None:
        """Its text, hidden parts included."""

    async def input_value(self) -> str:
        """What is typed in it."""

    async def get_attribute(self, name: str, /) -> str | None:
        """One of its attributes."""


class Answer(Protocol):
    """What came when a page was asked for."""

    @property
    def status(self) -> int:
        """The status of HTTP."""


class Page(Protocol):
    """A person's page."""

    @property
    def url(self) -> str:
        """Its address."""

    def get_by_role(self, role: Role, /, *, name: Text = ..., exact: bool = ...) -> Locator:
        """Elements with this role, and this accessible name."""

    def get_by_text(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """The smallest elements that contain this text."""

    def get_by_label(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Elements with this label."""

    def get_by_placeholder(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Fields with this placeholder."""

    def locator(self, selector: str, /) -> Locator:
        """Elements by CSS selector."""


class Person(Protocol):
    """Someone in front of a browser."""

    @property
    def name(self) -> str:
        """As the pictures show it."""

    @property
    def url(self) -> str:
        """The address of the app for this person; a page's path follows it."""

    @property
    def page(self) -> Page:
        """The page they look at."""

    def button(self, name: Text, /) -> Locator:
        """The button with this name."""

    def link(self, name: Text, /) -> Locator:
        """The link with this name."""

    def textbox(self, name: Text, /) -> Locator:
        """The text field with this label."""

    def heading(self, name: Text, /) -> Locator:
        """The heading with this text."""

    def log(self, name: Text, /) -> Locator:
        """The log with this label."""

    def text(self, text: Text, /) -> Locator:
        """Whatever shows this text."""

    async def goto(self, path: str, /) -> Answer:
        """Open a page of the app; returns once every live view on it has joined."""

    async def reload(self) -> Answer:
        """Load the present page again; returns as `goto` does."""

    async def follow(self, locator: Any, /) -> Answer:
        """Click what leads to another page, by a link or a form; returns as `goto` does."""

    async def live(self) -> None:
        """Wait until every live view of the page is connected."""


class Lab(Protocol):
    """The app, the people who use it, and ways to break what is between them."""

    async def person(self, name: str, /) -> Person:
        """This person, who comes when called for the first time."""

    async def people(self, *names: str) -> Sequence[Person]:
        """Several people at once."""

    async def sign_in(self, person: Person, name: str | None = None, password: str = ..., /) -> None:
        """Sign a person in by the app's own form, as themselves; from chapter 4 on."""

    @property
    def alive(self) -> bool:
        """Whether the server runs."""

    async def kill(self) -> None:
        """End the server as `kill -9` does."""

    async def restart(self, *, new_key: bool = ...) -> None:
        """Start the server again; returns when every page has joined again.

        With another signing key it knows none of its cookies and tokens any more.
        """

    async def cut(self, person: Person, /) -> None:
        """Pull this person's cable until `fix`."""

    async def refuse(self, person: Person, /) -> None:
        """Close this person's connections and refuse new ones until `fix`."""

    async def hang(self, person: Person, /) -> None:
        """Keep this person's connections open and move nothing until `fix`."""

    async def delay(self, person: Person, seconds: float, /) -> None:
        """Make everything late by so many seconds, each way, until `fix`."""

    async def fix(self, person: Person, /) -> None:
        """Let this person's link pass everything again."""

    async def crash(self, person: Person, view: str | None = None, /) -> None:
        """Make one view of this person's page raise in its own mailbox."""

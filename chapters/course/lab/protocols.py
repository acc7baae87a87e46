"""The protocols of a demo: the part of the Lab and of Playwright that the stage can play as well.

A chapter's ``demo.py`` is one scenario for the class, for the pictures and for a test. In notebooks and tests
its people have browsers of their own, controlled by Playwright. On the stage they are frames in the teacher's
browser, controlled by a small script in their pages. Both offer the methods that are listed here, so a demo
says

    from course.lab.protocols import Lab, Person

and mypy reports a demo that asks for more. Names and meanings are those of Playwright; `course.lab.locators`
has the locators.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from course.lab.locators import Locator, Role, State, Text

__all__ = ["Answer", "Lab", "Locator", "Page", "Person", "Role", "State", "Text"]


class Answer(Protocol):
    """The server's answer to the request of a page."""

    @property
    def status(self) -> int:
        """The HTTP status."""


class Page(Protocol):
    """A person's page."""

    @property
    def url(self) -> str:
        """The address of the page."""

    def get_by_role(self, role: Role, /, *, name: Text = ..., exact: bool = ...) -> Locator:
        """Return a locator of elements with this role and this accessible name."""

    def get_by_text(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Return a locator of the smallest elements that contain this text."""

    def get_by_label(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Return a locator of elements with this label."""

    def get_by_placeholder(self, text: Text, /, *, exact: bool = ...) -> Locator:
        """Return a locator of fields with this placeholder."""

    def locator(self, selector: str, /) -> Locator:
        """Return a locator of elements by CSS selector."""


class Person(Protocol):
    """A person in front of a browser."""

    @property
    def name(self) -> str:
        """The name, as the pictures show it."""

    @property
    def url(self) -> str:
        """The address of the app for this person; a page's path follows it."""

    @property
    def page(self) -> Page:
        """The page that the person looks at."""

    def button(self, name: Text, /) -> Locator:
        """Return a locator of the button with this name."""

    def link(self, name: Text, /) -> Locator:
        """Return a locator of the link with this name."""

    def textbox(self, name: Text, /) -> Locator:
        """Return a locator of the text field with this label."""

    def heading(self, name: Text, /) -> Locator:
        """Return a locator of the heading with this text."""

    def log(self, name: Text, /) -> Locator:
        """Return a locator of the log with this label."""

    def text(self, text: Text, /) -> Locator:
        """Return a locator of the elements that show this text."""

    async def goto(self, path: str, /) -> Answer:
        """Open a page of the app; return when every live view on it has joined."""

    async def reload(self) -> Answer:
        """Load the present page again; return when `goto` does."""

    async def follow(self, locator: Any, /) -> Answer:
        """Click a link or a button that loads another page; return when `goto` does."""

    async def live(self) -> None:
        """Wait until every live view of the page is connected."""


class Lab(Protocol):
    """The app, the people who use it, and the faults between them."""

    async def person(self, name: str, /) -> Person:
        """Return the person with this name, who comes when called for the first time."""

    async def people(self, *names: str) -> Sequence[Person]:
        """Return several people at once."""

    async def sign_in(self, person: Person, name: str | None = None, password: str = ..., /) -> None:
        """Sign a person in by the app's own form, from chapter 4 on; under their own name by default."""

    @property
    def alive(self) -> bool:
        """Whether the server runs."""

    async def kill(self) -> None:
        """End the server as `kill -9` does."""

    async def restart(self, *, new_key: bool = ...) -> None:
        """Start the server again; return when every page has joined again.

        With another signing key it refuses the cookies and tokens that it has signed before.
        """

    async def cut(self, person: Person, /) -> None:
        """End this person's connections, and all new ones, until `fix`."""

    async def refuse(self, person: Person, /) -> None:
        """Close this person's connections and refuse new ones until `fix`."""

    async def hang(self, person: Person, /) -> None:
        """Keep this person's connections open and forward nothing until `fix`."""

    async def delay(self, person: Person, seconds: float, /) -> None:
        """Hold everything back for so many seconds, each way, until `fix`."""

    async def fix(self, person: Person, /) -> None:
        """Let this person's link forward everything again."""

    async def crash(self, person: Person, view: str | None = None, /) -> None:
        """Make one view of this person's page raise in its own mailbox."""

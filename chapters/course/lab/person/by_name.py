"""Finding what is on a page the way people do: by its role and its name."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Generic, Literal, TypeVar

Found = TypeVar("Found")
Text = str | re.Pattern[str]
NamedRole = Literal["button", "link", "textbox", "heading", "log"]


class ByName(ABC, Generic[Found]):
    """The short ways to a locator; text names the whole of it, a pattern a part."""

    @abstractmethod
    def _by_role(self, role: NamedRole, name: Text, *, exact: bool) -> Found:
        """A locator by role and name."""

    @abstractmethod
    def text(self, text: Text) -> Found:
        """Whatever shows this text."""

    def button(self, name: Text) -> Found:
        """The button with this name."""
        return self._by_role("button", name, exact=isinstance(name, str))

    def link(self, name: Text) -> Found:
        """The link with this name."""
        return self._by_role("link", name, exact=isinstance(name, str))

    def textbox(self, name: Text) -> Found:
        """The text field with this label."""
        return self._by_role("textbox", name, exact=isinstance(name, str))

    def heading(self, name: Text) -> Found:
        """The heading with this text."""
        return self._by_role("heading", name, exact=isinstance(name, str))

    def log(self, name: Text) -> Found:
        """The log with this label: a list that grows at its end."""
        return self._by_role("log", name, exact=isinstance(name, str))

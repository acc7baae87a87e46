"""Locators of elements by role and accessible name, as people find them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import Generic, Literal, TypeVar

Found = TypeVar("Found")
Text = str | re.Pattern[str]
NamedRole = Literal["button", "link", "textbox", "heading", "log"]


class ByName(ABC, Generic[Found]):
    """Short methods for locators. A text is the whole accessible name; a pattern may match a part."""

    @abstractmethod
    def _by_role(self, role: NamedRole, name: Text, *, exact: bool) -> Found:
        """Return a locator by role and name."""

    @abstractmethod
    def text(self, text: Text) -> Found:
        """Return a locator of the elements that show this text."""

    def button(self, name: Text) -> Found:
        """Return a locator of the button with this name."""
        return self._by_role("button", name, exact=isinstance(name, str))

    def link(self, name: Text) -> Found:
        """Return a locator of the link with this name."""
        return self._by_role("link", name, exact=isinstance(name, str))

    def textbox(self, name: Text) -> Found:
        """Return a locator of the text field with this label."""
        return self._by_role("textbox", name, exact=isinstance(name, str))

    def heading(self, name: Text) -> Found:
        """Return a locator of the heading with this text."""
        return self._by_role("heading", name, exact=isinstance(name, str))

    def log(self, name: Text) -> Found:
        """Return a locator of the log with this label: a list that grows at its end."""
        return self._by_role("log", name, exact=isinstance(name, str))

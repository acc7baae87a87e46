"""The state of a page, for the Lab: its live views, its console, and whether the server still answers it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A view is an element with a session token; a nested one on the first, plain page has an empty token.
# A document that is still loading may have none yet, so it is not counted.
VIEWS_JS = """() => document.readyState === "loading" ? null :
  [...document.querySelectorAll("[data-phx-session]")].map(el => ({
    id: el.id,
    main: el.hasAttribute("data-phx-main"),
    nested: el.hasAttribute("data-phx-parent-id"),
    classes: [...el.classList].filter(name => name.startsWith("phx-")),
  }))"""

# After failed attempts the browser delays the next one, and Playwright learns of it only when it begins.
CONNECTING_JS = "() => window.liveSocket.socket.connectionState() === 'connecting'"

PROBE_JS = """async ([url, ms]) => {
  const began = performance.now(), stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  let answered = false;
  try { await fetch(url, {cache: "no-store", signal: stop.signal}); answered = true; } catch {}
  clearTimeout(timer);
  return {answered, late: stop.signal.aborted, seconds: (performance.now() - began) / 1000};
}"""


# The beginnings of messages that are not about scripts: checks ask for pages that do not exist, and a browser
# of the Lab is a private window.
NOT_OURS = (
    "Failed to load resource",
    "WebSocket connection to",
    "Chrome currently does not support",
)

# A script of the app's own in an address or in a line of a stack. Each part has a longest length, because the
# text comes from the page and may be long.
OWN_SCRIPT = re.compile(
    r"/(static/(?!node_modules/)[^\s?:()]{1,200}\.js)(?:\?[^\s:()]{0,200})?(?::(\d{1,9}))?"
)


def own_place(text: str) -> str:
    """Return the first of the app's own scripts in an address or a stack, with its line if there is one."""
    found = OWN_SCRIPT.search(text)
    if found is None:
        return ""
    return f"{found[1]}, line {found[2]}" if found[2] else found[1]


@dataclass(frozen=True)
class View:
    """A live view in a page.

    Attributes:
        id: the id of its element; its topic is ``lv:`` and this.
        main: whether it is the page's main view.
        nested: whether it is inside another view.
        classes: the client's classes on it, such as ``phx-connected``.
    """

    id: str
    main: bool
    nested: bool
    classes: tuple[str, ...]

    @property
    def connected(self) -> bool:
        """Whether the view has joined and shows no error."""
        return "phx-connected" in self.classes


@dataclass(frozen=True)
class Answer:
    """The server's answer to the request of a page, with its HTTP ``status``."""

    status: int

    def _ipython_display_(self) -> None:
        """Show nothing below a notebook's cell that ends by opening a page."""


@dataclass(frozen=True)
class Message:
    """A message in the browser's console.

    Attributes:
        kind: ``error``, ``warning``, ``log``, …, or ``exception`` for an uncaught one.
        text: its text.
        during_fault: whether the link or the server was broken on purpose at that time.
        place: the file and line of the app's own script, as far as they are known.
    """

    kind: str
    text: str
    during_fault: bool
    place: str = ""

    @property
    def is_error(self) -> bool:
        """Whether a script failed, or was blocked. A refused request does not count."""
        loud = self.kind == "exception" or (self.kind == "error" and not self.text.startswith(NOT_OURS))
        return loud and not self.during_fault


def tell_views(views: Sequence[View]) -> str:
    """Return the views and their states in one phrase."""
    if not views:
        return "there is no live view on it"
    return ", ".join(f"{view.id} is {' '.join(view.classes) or 'not joined'}" for view in views)

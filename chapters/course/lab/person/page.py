"""What the Lab sees in a page: its live views, its console, and whether the server still answers it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# A view is an element with a session token; a nested one on the first, plain page has an empty token.
# A document that has just begun has none yet, which says nothing about the page.
VIEWS_JS = """() => document.readyState === "loading" ? null :
  [...document.querySelectorAll("[data-phx-session]")].map(el => ({
    id: el.id,
    main: el.hasAttribute("data-phx-main"),
    nested: el.hasAttribute("data-phx-parent-id"),
    classes: [...el.classList].filter(name => name.startsWith("phx-")),
  }))"""

# After attempts that failed the browser holds the next one back, and tells nobody before it lets it go.
CONNECTING_JS = "() => window.liveSocket.socket.connectionState() === 'connecting'"

PROBE_JS = """async ([url, ms]) => {
  const began = performance.now(), stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  let answered = false;
  try { await fetch(url, {cache: "no-store", signal: stop.signal}); answered = true; } catch {}
  clearTimeout(timer);
  return {answered, late: stop.signal.aborted, seconds: (performance.now() - began) / 1000};
}"""


# How complaints begin that say nothing about scripts: checks ask for pages that must not be there, and a
# browser of the Lab is a private window.
NOT_OURS = (
    "Failed to load resource",
    "WebSocket connection to",
    "Chrome currently does not support",
)

# A script of the app's own, as it stands in an address or in a line of a stack. With an end to each part: the
# text is the page's, and may be long.
OWN_SCRIPT = re.compile(
    r"/(static/(?!node_modules/)[^\s?:()]{1,200}\.js)(?:\?[^\s:()]{0,200})?(?::(\d{1,9}))?"
)


def own_place(text: str) -> str:
    """The first of the app's own scripts in an address or a stack, with its line if it is told."""
    found = OWN_SCRIPT.search(text)
    if found is None:
        return ""
    return f"{found[1]}, line {found[2]}" if found[2] else found[1]


@dataclass(frozen=True)
class View:
    """A live view as it stands in the page.

    Attributes:
        id: of its element; its topic is ``lv:`` and this.
        main: whether it is the page's main view.
        nested: whether it stands inside another view.
        classes: the client's classes on it, such as ``phx-connected``.
    """

    id: str
    main: bool
    nested: bool
    classes: tuple[str, ...]

    @property
    def connected(self) -> bool:
        """Whether it has joined and nothing is wrong."""
        return "phx-connected" in self.classes


@dataclass(frozen=True)
class Answer:
    """What the server answered when a page was opened; ``status`` is that of HTTP."""

    status: int

    def _ipython_display_(self) -> None:
        """A cell that ends by opening a page has nothing to show."""


@dataclass(frozen=True)
class Message:
    """Something the browser wrote to its console.

    Attributes:
        kind: ``error``, ``warning``, ``log``, …, or ``exception`` for an uncaught one.
        text: what it says.
        during_fault: whether the link or the server was broken on purpose at that time.
        place: file and line of the app's own script, as far as that is known.
    """

    kind: str
    text: str
    during_fault: bool
    place: str = ""

    @property
    def is_error(self) -> bool:
        """Whether a script has failed, or was not let in. A refused request is no error of a script."""
        loud = self.kind == "exception" or (self.kind == "error" and not self.text.startswith(NOT_OURS))
        return loud and not self.during_fault


def tell_views(views: Sequence[View]) -> str:
    """The views and their state in one phrase."""
    if not views:
        return "there is no live view on it"
    return ", ".join(f"{view.id} is {' '.join(view.classes) or 'not joined'}" for view in views)

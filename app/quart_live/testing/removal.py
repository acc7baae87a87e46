"""The browser's part in the removal of components: two messages and their answers.

``components/table.py`` describes the server's side of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .merge import Tree


class Removals:
    """The components whose elements a page has lost, until the server has forgotten them.

    Args:
        send: a function that sends an event with a payload to the view and returns its ref.

    Attributes:
        muted: whether the server is told nothing, as if the browser were very slow.
    """

    def __init__(self, send: Callable[[str, dict[str, Any]], str]) -> None:
        self._send = send
        self.muted = False
        self._waiting: dict[str, tuple[str, set[int]]] = {}

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def clear(self) -> None:
        """Forget the messages that wait for an answer: the view was joined anew."""
        self._waiting.clear()

    def push(self, event: str, cids: set[int]) -> None:
        """Report components to the server, if there are any."""
        if cids and not self.muted:
            ref = self._send(event, {"cids": sorted(cids)})
            self._waiting[ref] = (event, cids)

    def merge(self, tree: Tree, diff: dict[str, Any]) -> None:
        """Merge a diff, and report the components whose elements are gone with it."""
        before = tree.shown_components()
        tree.merge(diff)
        self.push("cids_will_destroy", before - tree.shown_components())

    def answered(self, tree: Tree, ref: str | None, response: Mapping[str, Any]) -> None:
        """Take an answer: confirm components that are still gone, or prune those the server has forgotten."""
        step, cids = self._waiting.pop(ref or "", ("", set()))
        if step == "cids_will_destroy":
            self.push("cids_destroyed", cids - tree.shown_components())
        elif step == "cids_destroyed":
            tree.prune(response["cids"])

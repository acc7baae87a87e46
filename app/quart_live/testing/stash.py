"""The browser's part of the stash: ``stash.js`` in Python, for pages that are open in no browser."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from ..stash.view_stash import EVENT

_shared: WeakKeyDictionary[object, dict[str, str]] = WeakKeyDictionary()


class BrowserStash:
    """The stash of one tab.

    Args:
        browser: an object that all tabs of a browser share, such as the test client with its cookies.

    Attributes:
        tab: the tab's storage (scope ``reconnect``): slots and seals.
        shared: the storage that all tabs share.
        id: the tab's id.
        before: the id of the tab of which this one is a duplicate.
    """

    def __init__(self, browser: object = None) -> None:
        self.tab: dict[str, str] = {}
        self.shared: MutableMapping[str, str] = {}
        if browser is not None:
            self.shared = _shared.setdefault(browser, {})
        self.id = secrets.token_hex(16)
        self.before: str | None = None
        self._views: dict[str, str] = {}
        self._skipped: set[str] = set()

    def duplicate(self) -> BrowserStash:
        """Return the stash of a duplicate of this tab."""
        copy = BrowserStash()
        copy.tab, copy.shared, copy.before = dict(self.tab), self.shared, self.id
        return copy

    def take(self, events: Iterable[Any]) -> None:
        """Take the stash events among those that the server has pushed."""
        for name, payload, *_ in events:
            if name == EVENT:
                self._take(payload)

    def to_send(self, element_id: str) -> dict[str, Any]:
        """Return the value of ``_stash`` in the params of a join."""
        view, all_kept = self._views.get(element_id), {**self.tab, **self.shared}
        kept = {slot: seal for slot, seal in all_kept.items() if view in (None, _view_of(slot).split(">")[0])}
        sent: dict[str, Any] = {"tab": self.id, "kept": kept}
        if self.before is not None:
            sent["before"] = self.before
        if self._skipped:
            sent["skip"] = sorted(self._skipped)
        return sent

    def leave(self) -> None:
        """Forget the tab's storage, as the tab goes to another view."""
        self.tab.clear()
        self._views.clear()

    def _take(self, payload: Mapping[str, Any]) -> None:
        if "bind" in payload:
            element_id, view = payload["bind"]
            self._views[element_id] = view
            self._skipped.discard(view)
        for slot in payload.get("drop", ()):
            self._store_of(slot).pop(slot, None)
        for slot, seal in payload.get("put", {}).items():
            self._store_of(slot)[slot] = seal
        self._skipped.update(payload.get("skip", ()))

    def _store_of(self, slot: str) -> MutableMapping[str, str]:
        return self.tab if slot.startswith("reconnect/") else self.shared


def _view_of(slot: str) -> str:
    return slot.split("/")[1]

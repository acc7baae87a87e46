"""Where values are kept on the server, and the store in this process's memory.

A store holds sealed text only. It needs to know nothing of views: for an *owner* (a tab, a session, a user)
and a *view* it keeps names and seals.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Protocol


class StashStore(Protocol):
    """What a store on the server does.

    Its methods may raise anything: the engine logs it, and the view goes on without.
    """

    async def read(self, owner: str, view: str) -> Mapping[str, str]:
        """What is kept: names and seals. Empty if there is nothing, or it was too old."""
        ...

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """Keep and delete.

        Args:
            owner: whose it is, at most 200 characters.
            view: which view, at most 200 characters.
            changes: a seal for each name to keep, ``None`` for each to delete; others stay as they are.
            max_age: seconds after which the new ones may be thrown away.
        """
        ...

    async def forget(self, owner: str) -> None:
        """Delete all that belongs to ``owner``, in whatever view."""
        ...


class MemoryStash:
    """Keeps values in this process: they survive lost connections and crashes of a view, not a restart.

    Args:
        max_entries: limit; the ones that were not written for longest go first.
        now: seconds since some start; for tests.
    """

    def __init__(self, max_entries: int = 100_000, now: Callable[[], float] = time.monotonic) -> None:
        self._entries: OrderedDict[tuple[str, str, str], tuple[float, str]] = OrderedDict()
        self._of_owner: dict[str, dict[tuple[str, str, str], None]] = {}
        self._max_entries = max_entries
        self._now = now

    def __len__(self) -> int:
        return len(self._entries)

    def owners(self) -> set[str]:
        """Of whom something is kept."""
        return set(self._of_owner)

    async def read(self, owner: str, view: str) -> dict[str, str]:
        """See `StashStore.read`."""
        now, found = self._now(), {}
        for key in self._of_owner.get(owner, ()):
            expires, seal = self._entries[key]
            if key[1] == view and expires > now:
                found[key[2]] = seal
        return found

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """See `StashStore.write`."""
        for name, seal in changes.items():
            self._delete((owner, view, name))
            if seal is not None:
                self._entries[owner, view, name] = (self._now() + max_age, seal)
                self._of_owner.setdefault(owner, {})[owner, view, name] = None
        self._make_room()

    async def forget(self, owner: str) -> None:
        """See `StashStore.forget`."""
        for key in tuple(self._of_owner.get(owner, ())):
            self._delete(key)

    def _delete(self, key: tuple[str, str, str]) -> None:
        if self._entries.pop(key, None) is not None:
            keys = self._of_owner[key[0]]
            del keys[key]
            if not keys:
                del self._of_owner[key[0]]

    def _make_room(self) -> None:
        while self._entries:
            oldest = next(iter(self._entries))
            if len(self._entries) <= self._max_entries and self._entries[oldest][0] > self._now():
                return
            self._delete(oldest)

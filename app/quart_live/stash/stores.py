"""Stores on the server: their interface, and the store in this process's memory.

A store holds sealed text only. It needs to know nothing of views: for an *owner* (a tab, a session, a user)
and a *view* it keeps names and seals.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Protocol


class StashStore(Protocol):
    """A store on the server.

    Its methods may raise any exception: the engine logs it, and the view goes on without the store.
    """

    async def read(self, owner: str, view: str) -> Mapping[str, str]:
        """Return the seals by name; empty if there are none, or they are too old."""
        ...

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """Write and delete seals.

        Args:
            owner: the owner, at most 200 characters.
            view: the key of the view, at most 200 characters.
            changes: a seal for each name to keep, ``None`` for each to delete; others stay as they are.
            max_age: the seconds after which the new ones may be thrown away.
        """
        ...

    async def forget(self, owner: str) -> None:
        """Delete all seals of ``owner``, of any view."""
        ...


class MemoryStash:
    """A store in this process: values survive lost connections and crashes of a view, but no restart.

    Args:
        max_entries: the largest number of values; those not written for longest are dropped first.
        now: a function that returns the seconds since some start; for tests.
    """

    def __init__(self, max_entries: int = 100_000, now: Callable[[], float] = time.monotonic) -> None:
        self._entries: OrderedDict[tuple[str, str, str], tuple[float, str]] = OrderedDict()
        self._of_owner: dict[str, dict[tuple[str, str, str], None]] = {}
        self._max_entries = max_entries
        self._now = now

    def __len__(self) -> int:
        return len(self._entries)

    def owners(self) -> set[str]:
        """Return the owners that have values."""
        return set(self._of_owner)

    async def read(self, owner: str, view: str) -> dict[str, str]:
        """Return the seals by name; see `StashStore.read`."""
        now, found = self._now(), {}
        for key in self._of_owner.get(owner, ()):
            expires, seal = self._entries[key]
            if key[1] == view and expires > now:
                found[key[2]] = seal
        return found

    async def write(self, owner: str, view: str, changes: Mapping[str, str | None], max_age: float) -> None:
        """Write and delete seals; see `StashStore.write`."""
        for name, seal in changes.items():
            self._delete((owner, view, name))
            if seal is not None:
                self._entries[owner, view, name] = (self._now() + max_age, seal)
                self._of_owner.setdefault(owner, {})[owner, view, name] = None
        self._make_room()

    async def forget(self, owner: str) -> None:
        """Delete all seals of ``owner``; see `StashStore.forget`."""
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

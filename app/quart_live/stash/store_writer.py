"""The writer to stores on the server: it runs beside the handlers, and joins several changes in one write."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ..mailbox.faults import Contained
from .restore import STORE_SECONDS

if TYPE_CHECKING:
    from .location import Stores

log = logging.getLogger("quart_live.stash")

Batch = tuple[str, str, float]  # store, owner, max_age


class StoreWriter:
    """The writer of one view's values.

    Args:
        stashes: the stores.
        key: the key of the view.
    """

    def __init__(self, stashes: Stores, key: str) -> None:
        self._stashes = stashes
        self._key = key
        self._waiting: dict[Batch, dict[str, str | None]] = {}
        self._task: asyncio.Task[None] | None = None

    def write(self, store: str, owner: str, max_age: float, name: str, seal: str | None) -> None:
        """Write ``seal`` soon, or for None delete the value. A later call replaces one that waits."""
        self._waiting.setdefault((store, owner, max_age), {})[name] = seal
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._write())

    async def written(self) -> None:
        """Wait until all changes are written."""
        while self._task is not None:
            await asyncio.wait({self._task})

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch = store, owner, max_age = next(iter(self._waiting))
                changes = self._waiting.pop(batch)
                try:
                    async with Contained(), asyncio.timeout(STORE_SECONDS):
                        await self._stashes.store(store).write(owner, self._key, changes, max_age)
                except Exception:
                    log.exception("%s of %s could not be kept in %r", ", ".join(changes), self._key, store)
        finally:
            self._task = None

"""`Presence(fetch=…)`: the values that belong to a key, looked up once for all viewers.

A change is first looked up, then applied to the list, then broadcast to the subscribers. So list and diff
agree here as they do without it, and the app's database is asked once in each process, not once per viewer.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from ..mailbox.faults import Contained
from .entries import METAS, Changes, Presences, by_key

Enriched: TypeAlias = Mapping[str, Mapping[str, Any]]
Fetch: TypeAlias = Callable[[str, Presences], Awaitable[Enriched] | Enriched]

log = logging.getLogger("quart_live.presence")

FETCH_SECONDS = 5
"""The time that a fetch may take. After it people are shown with their metas alone."""


class Fetching:
    """The changes that wait to be looked up, and the task that does it as long as there are any.

    Args:
        fetch: the app's function.
        on_fetched: called with each change, in the order in which they came, and with the fetched values of
            the keys that join, by topic and key.
    """

    def __init__(self, fetch: Fetch, on_fetched: Callable[[Changes, dict[str, Enriched]], None]) -> None:
        self._fetch = fetch
        self._on_fetched = on_fetched
        self._waiting: list[tuple[Changes, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None
        self.task: asyncio.Task[None] | None = None  # each topic is looked up in a task of its own
        self.cancelled = False

    def changed(self, changes: Changes) -> asyncio.Future[None]:
        """Queue a change. The future is done once the change has been broadcast."""
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((changes, told))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())
        return told

    async def stop(self) -> None:
        """Drop all changes that wait."""
        task, self._task = self._task, None
        if task is not None:
            self.cancelled = True
            task.cancel()
            await asyncio.wait([task])
            self.cancelled = False
        for _, told in self._waiting:
            told.cancel()
        self._waiting.clear()

    async def _work(self) -> None:
        while self._waiting:
            # All that has come meanwhile is looked up together: after a restart everybody comes at once.
            batch = tuple(self._waiting)
            found = await self._look_up([changes for changes, _ in batch])
            del self._waiting[: len(batch)]
            for changes, told in batch:
                self._tell(changes, found)
                if not told.done():
                    told.set_result(None)
        self._task = None

    def _tell(self, changes: Changes, found: dict[str, Enriched]) -> None:
        try:
            self._on_fetched(changes, found)
        except Exception:  # the changes behind it have to be told all the same
            log.exception("A change of presences could not be told")

    async def _look_up(self, batch: list[Changes]) -> dict[str, Enriched]:
        topics: dict[str, list[Any]] = {}
        for entry in (entry for changes in batch for entry in changes.joined):
            topics.setdefault(entry.topic, []).append(entry)
        found = await asyncio.gather(*(self._of(topic, by_key(joined)) for topic, joined in topics.items()))
        return dict(zip(topics, found, strict=True))

    async def _of(self, topic: str, joined: Presences) -> Enriched:
        try:
            async with Contained(self), asyncio.timeout(FETCH_SECONDS):
                made = self._fetch(topic, joined)
                enriched = await made if inspect.isawaitable(made) else made
            return {key: _without_metas(enriched[key]) for key in joined if key in enriched}
        except Exception:  # the list of people is right all the same
            log.exception("The fetch of presences on %r failed", topic)
            return {}


def _without_metas(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != METAS}

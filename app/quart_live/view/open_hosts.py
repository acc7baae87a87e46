"""The hosts that are open: the channels of an app, from their join to the end of their end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from .host import LiveHost


class OpenHosts:
    """The hosts that have not ended yet, oldest first."""

    def __init__(self) -> None:
        self._hosts: dict[LiveHost, None] = {}
        self._changed: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._hosts)

    def __iter__(self) -> Iterator[LiveHost]:
        return iter(tuple(self._hosts))

    def __contains__(self, host: object) -> bool:
        return host in self._hosts

    def add(self, host: LiveHost) -> None:
        """A host has been opened."""
        self._hosts[host] = None

    def discard(self, host: LiveHost) -> None:
        """A host has ended."""
        self._hosts.pop(host, None)
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def wait_until_empty(self) -> None:
        """Return when no host is open."""
        while self._hosts:
            await self._wait_for_change()

    async def wait_until_ended(self, host: LiveHost) -> None:
        """Return when ``host`` has ended."""
        while host in self._hosts:
            await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.Event()
        await self._changed.wait()

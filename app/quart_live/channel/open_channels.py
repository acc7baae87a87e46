"""The channels that are open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .channel import Channel


class OpenChannels:
    """The channels that have not ended yet, oldest first."""

    def __init__(self) -> None:
        self._channels: dict[Channel, None] = {}
        self._changed: asyncio.Event | None = None

    def __len__(self) -> int:
        return len(self._channels)

    def __iter__(self) -> Iterator[Channel]:
        return iter(tuple(self._channels))

    def __contains__(self, channel: object) -> bool:
        return channel in self._channels

    def add(self, channel: Channel) -> None:
        """A channel has been opened."""
        self._channels[channel] = None

    def discard(self, channel: Channel) -> None:
        """A channel has ended."""
        self._channels.pop(channel, None)
        if self._changed is not None:
            self._changed.set()
            self._changed = None

    async def wait_until_empty(self) -> None:
        """Return when no channel is open."""
        while self._channels:
            await self._wait_for_change()

    async def wait_until_ended(self, channel: Channel) -> None:
        """Return when ``channel`` has ended."""
        while channel in self._channels:
            await self._wait_for_change()

    async def _wait_for_change(self) -> None:
        if self._changed is None:
            self._changed = asyncio.Event()
        await self._changed.wait()

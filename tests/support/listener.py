"""Subscribers without a view, and nodes that are no processes, for tests of PubSub and presence."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any

from quart_live import Envelope
from quart_live.mailbox.dispatcher import Dispatcher
from quart_live.mailbox.mailbox import Mailbox
from quart_live.pubsub import Resync

SECONDS = 20


class Listener:
    """A mailbox that writes down what it gets."""

    def __init__(self, limit: int = 100_000) -> None:
        self.context = contextvars.Context()
        self.mailbox = Mailbox(Dispatcher(), self, limit)
        self.got: list[Any] = []
        self.resyncs: list[frozenset[str]] = []
        self._changed = asyncio.Event()

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        if isinstance(item, Envelope):
            self.got.append(item.message)
        elif isinstance(item, Resync):
            self.resyncs.append(item.topics)
        self._changed.set()
        return None

    async def handle(self, item: object) -> None:
        self.handle_now(item)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until ``condition()`` is true; it is looked at after each message."""
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


async def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition()`` is true, for what tells nobody when it changes."""
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

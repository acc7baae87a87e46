"""`Listener`: a mailbox without a view, for tests of PubSub and presence; and waiting for a condition."""

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
    """A mailbox that records its messages.

    Attributes:
        got: the messages.
        resyncs: the topics of each resync.
    """

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
        """Wait until ``condition()`` is true, which is checked after each message.

        Raises:
            TimeoutError: if it is not true in time.
        """
        async with asyncio.timeout(SECONDS):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


async def until(condition: Callable[[], object]) -> None:
    """Wait until ``condition()`` is true, which is checked every few milliseconds.

    Raises:
        TimeoutError: if it is not true in time.
    """
    async with asyncio.timeout(SECONDS):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)

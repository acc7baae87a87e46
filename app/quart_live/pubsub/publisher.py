"""The publishing half of the link: all waiting publications are sent together, in order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from .connections import Connection

BATCH = 256


@dataclass(frozen=True, slots=True)
class Publication:
    """A message to be published.

    Attributes:
        channel: the channel.
        data: the message.
        done: resolved when Redis has taken it, or when the link was lost. ``None`` if nobody waits.
    """

    channel: str
    data: bytes
    done: asyncio.Future[None] | None

    def settle(self) -> None:
        """Wake the sender."""
        if self.done is not None and not self.done.done():
            self.done.set_result(None)


class Publisher:
    """The queue of publications, and the task that sends them.

    Each sender waits for its own publication, so the queue is never longer than there are senders.

    Args:
        timeout: seconds that Redis may take for a batch.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._queue: asyncio.Queue[Publication] = asyncio.Queue()
        self._batch: list[Publication] = []

    async def publish(self, channel: str, data: bytes) -> None:
        """Publish ``data``, and wait until Redis has taken it or the link is lost."""
        publication = Publication(channel, data, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(publication)
        assert publication.done is not None
        await publication.done

    def publish_soon(self, channel: str, data: bytes) -> None:
        """Publish ``data`` without waiting."""
        self._queue.put_nowait(Publication(channel, data, None))

    async def serve(self, connection: Connection) -> None:
        """Send publications until the connection fails.

        Raises:
            Exception: the error of the connection; ``TimeoutError`` if Redis does not answer.
        """
        queue = self._queue
        while True:
            batch = self._batch = [await queue.get()]
            while len(batch) < BATCH and not queue.empty():
                batch.append(queue.get_nowait())
            commands = [("PUBLISH", each.channel, each.data) for each in batch]
            async with asyncio.timeout(self._timeout):
                await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
                for _ in batch:
                    await connection.read_response()
            self._batch = []
            for each in batch:
                each.settle()

    def give_up(self) -> list[Publication]:
        """Return all publications that were not sent, or may not have been. The caller settles them."""
        unsent, self._batch = self._batch, []
        while not self._queue.empty():
            unsent.append(self._queue.get_nowait())
        self._queue = asyncio.Queue()
        return unsent

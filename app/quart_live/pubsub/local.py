"""The default adapter: topics within one process."""

from __future__ import annotations

from .base import HasMailbox, PubSub


class LocalPubSub(PubSub):
    """Topics within this process: messages are delivered at once, in one order for all."""

    async def broadcast(self, topic: str, message: object) -> None:
        self._deliver(topic, message, None)

    async def broadcast_from(self, sender: HasMailbox, topic: str, message: object) -> None:
        self._deliver(topic, message, sender.mailbox)

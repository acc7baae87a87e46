"""One process's part in the exchange: the network, the mailbox and the ticks of its `Replication`."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from ..mailbox.dispatcher import Dispatcher
from ..mailbox.items import Envelope
from ..mailbox.mailbox import Mailbox
from ..pubsub import PubSub
from .entries import Changes
from .replication import Bye, Delta, Heartbeat, Outgoing, Pull, Replication, State

log = logging.getLogger("quart_live.presence")

MAILBOX_LIMIT = 10_000
MESSAGES = (Heartbeat, Delta, Pull, State, Bye)


class Exchange:
    """The exchange of presences with other processes, from start to stop.

    Args:
        pubsub: the PubSub that reaches the other processes.
        topic: the topic that all of them listen to. Each also has a topic of its own below it.
        on_changes: called with the changes in other processes.
        heartbeat: seconds between two ticks.
        down_after: see `Replication`.

    Attributes:
        mailbox: the mailbox for messages from the others.
        replication: the entries of all processes.
    """

    def __init__(
        self,
        pubsub: PubSub,
        topic: str,
        on_changes: Callable[[Changes], object],
        heartbeat: float,
        down_after: int,
    ) -> None:
        self.replication = Replication(secrets.token_urlsafe(9), down_after)
        self.context = contextvars.Context()
        self.mailbox = Mailbox(Dispatcher(), self, MAILBOX_LIMIT)
        self._pubsub, self._topic, self._on_changes = pubsub, topic, on_changes
        self._seconds = heartbeat
        self._outbox: deque[Outgoing] = deque()
        self._sender: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Subscribe to the messages of the others, and ask for their state."""
        await self._pubsub.subscribe(self._topic, self.mailbox)
        await self._pubsub.subscribe(self._address(self.replication.node), self.mailbox)
        self.send(self.replication.heartbeat(ask=True))
        self._wait_for_tick()

    async def stop(self) -> None:
        """Leave the exchange: our entries go everywhere, at once."""
        if self._timer is not None:
            self._timer.cancel()
        self.send(self.replication.bye())
        if self._sender is not None:
            await self._sender
        await self.mailbox.end("the exchange of presences")

    def send(self, messages: Iterable[Outgoing] = ()) -> None:
        """Send our news and ``messages`` soon. All that one turn of the loop tracks travels together."""
        self._outbox += messages
        if self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._send_all())

    async def _send_all(self) -> None:
        try:
            while True:
                self._outbox += self.replication.news()
                if not self._outbox:
                    return
                node, message = self._outbox.popleft()
                await self._pubsub.broadcast_from(self, self._address(node), message)
        except Exception:
            log.exception("Presences could not be sent")  # the next heartbeat will show the gap
        finally:
            self._sender = None

    def _address(self, node: str | None) -> str:
        return self._topic if node is None else f"{self._topic}:{node}"

    # -- incoming messages ---------------------------------------------------------------------------------

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Handle an item of our mailbox: a message, or the report that some were lost."""
        if not isinstance(item, Envelope):  # Resync, or more mail than we could take
            self.send(self.replication.heartbeat(ask=True))
        elif isinstance(item.message, MESSAGES):
            try:
                changes, answers = self.replication.receive(item.message)
            except (TypeError, ValueError, AttributeError) as error:
                log.warning("Ignored a message about presences: %s", error)
                return None
            self._on_changes(changes)
            if answers:
                self.send(answers)
        return None

    def _wait_for_tick(self) -> None:
        if self._pubsub.shared:  # within one process nothing is lost and nobody dies alone
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._tick)

    def _tick(self) -> None:
        self._on_changes(self.replication.tick())
        self.send(self.replication.heartbeat())
        self._wait_for_tick()

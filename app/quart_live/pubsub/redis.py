"""The adapter for several processes: broadcasts travel through Redis.

    live = QuartLive(app, pubsub=RedisPubSub("redis://localhost:6379/0"))

**Order.** A broadcast goes to Redis and comes back, also for the subscribers in the sender's own process. The
round trip, some tenths of a millisecond, buys one order for everybody: Redis handles one command at a time,
so all processes get the messages of a topic in the same order. What comes back is recognised by its number,
and the original object is delivered, without decoding.

**Subscribing** waits for Redis to confirm. What is broadcast after `subscribe` has returned is received, so
"subscribe, then read the database" leaves no gap.

**When the link is lost**, the process serves its own: broadcasts that are under way and those that follow are
delivered to the subscribers here, each once, in order. The link is tried again, at growing intervals. When it
is back, all views whose topics may have missed something are told (`quart_live.pubsub.resync`), here and,
for the topics that were broadcast to meanwhile, in the other processes.

**When a process dies**, its messages under way may be lost; Redis forgets its subscriptions by itself.
Nothing is ever stored in Redis, so nothing can be left behind there. A process that does not keep up with its
messages is cut off by Redis (``client-output-buffer-limit pubsub``) and finds itself in the case above.

**Trust.** Payloads are JSON with registered types (`quart_live.pubsub.codec`), never pickle. With ``secret``
they are signed as well, and what others write into Redis is ignored.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import ClassVar

from ..mailbox.mailbox import Mailbox
from .base import HasMailbox, PubSub
from .codec import CODEC, DecodeError
from .connections import LinkEvent
from .link import Link
from .resync import Resync

log = logging.getLogger("quart_live.pubsub")

__all__ = ["LinkEvent", "RedisPubSub"]

SIGNATURE_BYTES = 16
UNSENT_TOPICS = 10_000
MISSED = b""
"""The body of a message to other processes that they may have missed messages on its topic."""


class RedisPubSub(PubSub):
    """Topics across all processes that use the same Redis and prefix.

    Needs the package ``redis`` (``pip install "parley[redis]"``). It connects at first use. A Redis that is
    not there is no error, now or later: it is logged, reported to `on_link`, and tried again.

    Args:
        url: for example ``redis://localhost:6379/0``, ``rediss://…`` or ``unix://…``.
        prefix: the prefix of each topic. Apps that share a Redis need different ones.
        secret: the secret that signs all messages; the same in all processes.
        timeout: seconds that Redis may take to answer before the link counts as lost.
        ping: seconds between tests whether Redis still answers.
        retry: shortest and longest wait between attempts to connect, in seconds.

    Raises:
        LiveViewError: if the package ``redis`` is not installed.
    """

    shared: ClassVar[bool] = True

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "quart_live:",
        secret: str | bytes | None = None,
        timeout: float = 2.0,
        ping: float = 5.0,
        retry: tuple[float, float] = (0.1, 5.0),
    ) -> None:
        super().__init__()
        self._prefix = prefix
        self._key = signing_key(secret)
        self._sender = secrets.token_urlsafe(9).encode()
        self._numbers = itertools.count(1)
        self._under_way: dict[str, dict[int, tuple[object, Mailbox | None]]] = {}
        self._unsent: set[str] = set()
        self._hooks: list[Callable[[LinkEvent], None]] = []
        self._link = Link(url, self, timeout=timeout, ping=ping, retry=retry)

    # -- for apps and views --------------------------------------------------------------------------------

    def on_link(self, hook: Callable[[LinkEvent], None]) -> Callable[[LinkEvent], None]:
        """Call ``hook(event)`` whenever the link comes up, is lost, or could not be made. A decorator."""
        self._hooks.append(hook)
        return hook

    @property
    def connected(self) -> bool:
        """Whether the link to Redis is up."""
        return self._link.up

    @property
    def under_way(self) -> int:
        """The number of messages that have gone to Redis and have not come back for the subscribers here."""
        return sum(map(len, self._under_way.values()))

    async def start(self) -> None:
        """Connect now, and wait until that has succeeded or failed."""
        await self._link.ready()

    async def close(self) -> None:
        """Disconnect and end the tasks."""
        await self._link.close()

    async def subscribe(self, topic: str, mailbox: Mailbox) -> None:
        await super().subscribe(topic, mailbox)
        await self._link.subscribe(self._prefix + topic)

    async def broadcast(self, topic: str, message: object) -> None:
        await self._broadcast(topic, message, None)

    async def broadcast_from(self, sender: HasMailbox, topic: str, message: object) -> None:
        await self._broadcast(topic, message, sender.mailbox)

    # -- sending -------------------------------------------------------------------------------------------

    async def _broadcast(self, topic: str, message: object, except_for: Mailbox | None) -> None:
        body = CODEC.encode(message)
        await self._link.ready()
        number = next(self._numbers)
        channel = self._prefix + topic
        if topic in self._subscribers:
            if self._link.hears(channel):
                self._under_way.setdefault(topic, {})[number] = (message, except_for)
            else:
                self._deliver(topic, message, except_for)
        if self._link.up:
            await self._link.publish(channel, self._sealed(channel, number, body))
        else:
            self._not_sent([topic])

    def _sealed(self, channel: str, number: int, body: bytes) -> bytes:
        payload = b"%s:%d:%s" % (self._sender, number, body)
        return self._signature(channel, payload) + payload

    def _signature(self, channel: str, payload: bytes) -> bytes:
        if self._key is None:
            return b""
        return hashlib.blake2b(
            channel.encode() + b"\0" + payload, key=self._key, digest_size=SIGNATURE_BYTES
        ).digest()

    # -- for the link --------------------------------------------------------------------------------------

    def received(self, channel: str, data: bytes) -> None:
        """Deliver a message that has come from Redis, if it is one of ours."""
        topic = channel.removeprefix(self._prefix)
        try:
            sender, number, body = self._opened(channel, data)
            if sender == self._sender:
                waiting = self._under_way.get(topic, {}).pop(number, None)
                if waiting is not None:  # else it was delivered already, when the link seemed lost
                    self._deliver(topic, *waiting)
            elif body == MISSED:
                self._resync([topic])
            else:
                self._deliver(topic, CODEC.decode(body), None)
        except DecodeError as error:
            log.warning("Ignored a message on %s: %s", topic, error)

    def _opened(self, channel: str, data: bytes) -> tuple[bytes, int, bytes]:
        payload = data[SIGNATURE_BYTES:] if self._key is not None else data
        if not hmac.compare_digest(data[: len(data) - len(payload)], self._signature(channel, payload)):
            raise DecodeError("its signature is wrong. Do all processes have the same secret?")
        sender, _, rest = payload.partition(b":")
        number, colon, body = rest.partition(b":")
        if not colon or not number.isdigit() or len(number) > 18:
            raise DecodeError("it is not in our format")
        return sender, int(number), body

    def link_up(self, gaps: Iterable[str]) -> None:
        """Ask for a resync of the topics whose channels are among the ``gaps``, here and elsewhere."""
        self._resync([channel.removeprefix(self._prefix) for channel in gaps])
        unsent, self._unsent = self._unsent, set()
        for topic in unsent:
            channel = self._prefix + topic
            self._link.publish_soon(channel, self._sealed(channel, next(self._numbers), MISSED))

    def link_lost(self, unsent: Iterable[str]) -> None:
        """Deliver here all that was under way, and remember the ``unsent`` channels for a resync."""
        self._not_sent(channel.removeprefix(self._prefix) for channel in unsent)
        under_way, self._under_way = self._under_way, {}
        in_order = sorted((number, topic) for topic, waiting in under_way.items() for number in waiting)
        for number, topic in in_order:
            self._deliver(topic, *under_way[topic][number])

    def link_event(self, event: LinkEvent) -> None:
        """Call the hooks."""
        for hook in self._hooks:
            try:
                hook(event)
            except BaseException:
                log.exception("A hook of on_link failed")

    # -- in detail -----------------------------------------------------------------------------------------

    def _not_sent(self, topics: Iterable[str]) -> None:
        """Remember topics that are due for a resync, but not without bound, however long Redis is away."""
        for topic in topics:
            if len(self._unsent) < UNSENT_TOPICS:
                self._unsent.add(topic)

    def _resync(self, topics: Iterable[str]) -> None:
        concerned: dict[Mailbox, list[str]] = {}
        for topic in topics:
            for mailbox in self._subscribers.get(topic, ()):
                concerned.setdefault(mailbox, []).append(topic)
        for mailbox, missed in concerned.items():
            mailbox.post(Resync(missed))

    def _abandoned(self, topic: str) -> None:
        self._under_way.pop(topic, None)
        self._link.unsubscribe(self._prefix + topic)


def signing_key(secret: str | bytes | None) -> bytes | None:
    """Return a key of the right length for a secret of any length."""
    if not secret:
        return None
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()

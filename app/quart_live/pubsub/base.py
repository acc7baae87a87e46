"""What every PubSub adapter offers, and the part that is the same in all: delivery within this process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

from ..mailbox.endings import Part
from ..mailbox.mailbox import Envelope, Mailbox, post_to_all


class HasMailbox(Protocol):
    """A connected view, as far as `PubSub.broadcast_from` needs it."""

    @property
    def mailbox(self) -> Mailbox | None:
        """Where the view's messages go; ``None`` while the page is first rendered."""


class PubSub(ABC):
    """Topics, who listens to them in this process, and what an adapter must add: the way to all others.

    Call it from the event loop's thread only.

    Attributes:
        shared: whether other processes take part. If so, messages can be lost on the way, and other
            processes can end without a word.
    """

    shared: ClassVar[bool] = False

    def __init__(self) -> None:
        self._subscribers: dict[str, dict[Mailbox, None]] = {}  # a dict keeps the order of subscription
        self._topics: dict[Mailbox, set[str]] = {}

    async def start(self) -> None:
        """Called when the server starts. Adapters that connect may do so now, but must not insist."""
        return

    async def close(self) -> None:
        """Let go of connections and tasks at shutdown. The object may be used again afterwards."""
        return

    async def subscribe(self, topic: str, mailbox: Mailbox) -> None:
        """Deliver what is sent to ``topic`` into ``mailbox`` from now on, until it ends."""
        mailbox.on_end(Part.SUBSCRIPTIONS, self.unsubscribe_all, mailbox)
        self._subscribers.setdefault(topic, {})[mailbox] = None
        self._topics.setdefault(mailbox, set()).add(topic)

    async def unsubscribe(self, topic: str, mailbox: Mailbox) -> None:
        """Stop delivering ``topic`` to ``mailbox``. Nothing happens if it was not subscribed."""
        topics = self._topics.get(mailbox)
        if topics is not None:
            topics.discard(topic)
            if not topics:
                del self._topics[mailbox]
        self._drop(topic, mailbox)

    async def unsubscribe_all(self, mailbox: Mailbox) -> None:
        """Forget ``mailbox`` altogether: its view has gone."""
        for topic in self._topics.pop(mailbox, ()):
            self._drop(topic, mailbox)

    @abstractmethod
    async def broadcast(self, topic: str, message: object) -> None:
        """Send ``message`` to all subscribers of ``topic``, in all processes."""

    @abstractmethod
    async def broadcast_from(self, sender: HasMailbox, topic: str, message: object) -> None:
        """Send ``message`` to all subscribers of ``topic`` except ``sender``."""

    def broadcast_here(self, topic: str, message: object) -> None:
        """Send ``message`` to the subscribers of ``topic`` in this process only; needs no serialisation."""
        self._deliver(topic, message, None)

    def topics(self) -> dict[str, int]:
        """Each topic that has subscribers in this process, and how many. For tests and status pages."""
        return {topic: len(mailboxes) for topic, mailboxes in self._subscribers.items()}

    def mailboxes(self) -> tuple[Mailbox, ...]:
        """The mailboxes that are subscribed to something. For tests and status pages."""
        return tuple(self._topics)

    # -- for adapters --------------------------------------------------------------------------------------

    def _deliver(self, topic: str, message: object, except_for: Mailbox | None) -> None:
        mailboxes = self._subscribers.get(topic)
        if not mailboxes:
            return
        post_to_all(mailboxes, Envelope(message, topic), except_for)

    def _drop(self, topic: str, mailbox: Mailbox) -> None:
        mailboxes = self._subscribers.get(topic)
        if mailboxes is not None:
            mailboxes.pop(mailbox, None)
            if not mailboxes:
                del self._subscribers[topic]
                self._abandoned(topic)

    def _abandoned(self, topic: str) -> None:
        """The last subscriber of ``topic`` in this process has gone."""
        return

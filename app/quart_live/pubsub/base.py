"""`PubSub`, the base of all adapters: their methods, and the delivery within this process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

from ..mailbox.endings import Part
from ..mailbox.items import Envelope
from ..mailbox.mailbox import Mailbox, post_to_all


class HasMailbox(Protocol):
    """A connected view, as `PubSub.broadcast_from` needs it."""

    @property
    def mailbox(self) -> Mailbox | None:
        """The view's mailbox; ``None`` while the page is first rendered."""


class PubSub(ABC):
    """Topics and their subscribers in this process. An adapter adds the way to other processes.

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
        """Prepare for the server, which calls this at its start. An adapter may connect, but not insist."""
        return

    async def close(self) -> None:
        """Release connections and tasks at shutdown. The object may be used again afterwards."""
        return

    async def subscribe(self, topic: str, mailbox: Mailbox) -> None:
        """Deliver messages on ``topic`` to ``mailbox`` from now on, until the mailbox ends."""
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
        """Remove all subscriptions of ``mailbox``, whose view has ended."""
        for topic in self._topics.pop(mailbox, ()):
            self._drop(topic, mailbox)

    @abstractmethod
    async def broadcast(self, topic: str, message: object) -> None:
        """Send ``message`` to all subscribers of ``topic``, in all processes."""

    @abstractmethod
    async def broadcast_from(self, sender: HasMailbox, topic: str, message: object) -> None:
        """Send ``message`` to all subscribers of ``topic`` except ``sender``."""

    def broadcast_here(self, topic: str, message: object) -> None:
        """Send ``message`` to the subscribers of ``topic`` in this process, without serialising it."""
        self._deliver(topic, message, None)

    def topics(self) -> dict[str, int]:
        """Return the number of subscribers in this process by topic. For tests and status pages."""
        return {topic: len(mailboxes) for topic, mailboxes in self._subscribers.items()}

    def mailboxes(self) -> tuple[Mailbox, ...]:
        """Return the mailboxes that are subscribed to something. For tests and status pages."""
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
        """Release what belongs to ``topic``, whose last subscriber in this process has gone."""
        return

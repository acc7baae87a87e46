"""What a view is told when messages for it may have been lost.

While the link to Redis is down, a process misses what others broadcast, and nobody can say what it was. When
the link is back, each view with subscriptions gets one `Resync` into its mailbox, before any newer message,
and the engine calls:

    class RoomLive(LiveView):
        async def handle_resync(self, topics):
            self.assign(messages=await chat.messages(self.assigns.room))   # read it all again

A view that does not override `handle_resync` ends and is joined again by its browser, which mounts it afresh:
the same as when its mailbox overflows. Either way no page goes on showing a state that is out of date.
"""

from __future__ import annotations

from collections.abc import Iterable


class Resync:
    """Put into a mailbox, not in an envelope: messages may have been missed.

    Attributes:
        topics: the subscribed topics concerned.
    """

    __slots__ = ("topics",)

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = frozenset(topics)


class JoinAgain(Exception):  # noqa: N818 - a decision, not an error
    """Raised in `handle_resync`: this view would rather be mounted afresh."""


class ResyncMethods:
    """The part of `LiveView` that concerns lost messages."""

    async def handle_resync(self, topics: frozenset[str]) -> None:
        """Messages on ``topics`` may have been lost: read again what the view shows of them.

        Newer messages come after this call. Without an override the view is joined again by its browser.
        """
        raise JoinAgain

"""Resync: the report to a view that messages for it may have been lost.

While the link to Redis is down, a process misses the broadcasts of others, and nobody can say which. When
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
    """A report to a view that it may have missed messages; posted without an envelope.

    Attributes:
        topics: those of its topics that may have missed messages.
    """

    __slots__ = ("topics",)

    def __init__(self, topics: Iterable[str]) -> None:
        self.topics = frozenset(topics)


class JoinAgain(Exception):  # noqa: N818 - a decision, not an error
    """A request of a view, raised in `handle_resync`, to be mounted afresh."""


class ResyncMethods:
    """The methods of `LiveView` that concern lost messages."""

    async def handle_resync(self, topics: frozenset[str]) -> None:
        """Read the data of ``topics`` again, on which messages may have been lost.

        Newer messages come after this call. Without an override the view ends and its browser joins it again.

        Raises:
            JoinAgain: to be mounted afresh, as it is by default.
        """
        raise JoinAgain

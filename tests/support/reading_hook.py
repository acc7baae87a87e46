"""`ReadingHook`: the hook in static/hooks/reading.js, for pages without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

# Seconds: from a new message to the event, and at least between two events.
SOON = 0.150
SELDOM = 0.500


class ReadingHook:
    """The hook that reports how far somebody has read.

    Args:
        push: the function that sends the event `read` with the id of the newest message.
    """

    def __init__(self, push: Callable[[int], None]) -> None:
        self._push = push
        self._newest, self._told, self._said = 0, -1, -SELDOM
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Begin again, as the view was joined and knows nothing of this page."""
        self._told, self._said = -1, -SELDOM

    def look(self, newest: int) -> None:
        """Note the newest message on the page."""
        self._newest = max(self._newest, newest)
        if self._timer is None:
            wait = max(SOON, self._said + SELDOM - perf_counter())
            self._timer = asyncio.get_running_loop().call_later(wait, self._read)

    def end(self) -> None:
        """Stop, as the line is cut or nobody looks."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _read(self) -> None:
        self._timer = None
        if self._newest > self._told:
            self._told, self._said = self._newest, perf_counter()
            self._push(self._newest)

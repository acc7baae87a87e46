"""The one ready list of all mailboxes of an app, and the pump that starts them; see :mod:`.mailbox`."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import TYPE_CHECKING

from .shortcut import Outbox

if TYPE_CHECKING:
    from .mailbox import Mailbox

log = logging.getLogger("quart_live.mailbox")

PUMP_SECONDS = 0.004


class Dispatcher:
    """The ready list and its pump. One per extension; it follows the running event loop."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self._ready: deque[Mailbox] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pumping = False
        self._flushes = False

    def ready(self, mailbox: Mailbox) -> None:
        """Start ``mailbox`` soon."""
        if not self._pumping or self._loop is None or not self._loop.is_running():
            self._begin()
        self._ready.append(mailbox)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop that runs; known while a mailbox is at work."""
        assert self._loop is not None
        return self._loop

    def flush_soon(self) -> None:
        """Write the frames of whoever is done in this turn of the loop, together."""
        if not (self._pumping or self._flushes):
            self._flushes = True
            self.loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushes = False
        self.outbox.flush()

    def _begin(self) -> None:
        loop = self._loop
        if loop is None or not loop.is_running():  # asking which one runs is a system call before Python 3.12
            self._loop = loop = asyncio.get_running_loop()
            self._flushes = False
            self._ready.clear()  # a new loop (tests): what waited on the old one can never run
        self._pumping = True
        loop.call_soon(self._pump)

    def _pump(self) -> None:
        ready, stop = self._ready, time.monotonic() + PUMP_SECONDS
        while ready:
            mailbox = ready.popleft()
            try:
                mailbox.start()
            except BaseException:  # a defect of ours in one mailbox must not stop the others
                log.exception("Mailbox could not start")
            if ready and time.monotonic() > stop:
                assert self._loop is not None
                self._loop.call_soon(self._pump)
                self.outbox.flush()
                return
        self._pumping = False
        self.outbox.flush()

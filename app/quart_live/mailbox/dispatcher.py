"""The one ready list of all mailboxes of an app, and the pump that starts them; see :mod:`.mailbox`.

Handlers that are coroutines run in a task, but most of them end without having waited for anything. So one
task runs those of all mailboxes, one after the other. As soon as one of them waits, the task is that one's
alone, from before its first line until its end, and another task goes on with the rest. To a handler this is
the same as a task of its own, and for two hundred viewers it saves two hundred tasks. Only after its end it
differs: handlers that did not wait may have had the same task. So keep state in the view or in a context
variable, of which each view has its own, and not by ``current_task()``.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from .outbox import Outbox
from .stepping import rest_in

if TYPE_CHECKING:
    from .mailbox import Mailbox

log = logging.getLogger("quart_live.mailbox")

PUMP_SECONDS = 0.004
"""The seconds after which the pump and the runner give the event loop back."""


class Dispatcher:
    """The ready list and its pump. One per app; it follows the running event loop."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self._ready: deque[Mailbox] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pumping = False
        self._flushes = False
        self._work: deque[tuple[Mailbox, Coroutine[Any, Any, None]]] = deque()
        self._runner: asyncio.Task[None] | None = None

    def ready(self, mailbox: Mailbox) -> None:
        """Put ``mailbox`` on the ready list; the pump starts it soon."""
        if not self._pumping or self._loop is None or not self._loop.is_running():
            self._begin()
        self._ready.append(mailbox)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The running event loop; known while a mailbox is busy."""
        assert self._loop is not None
        return self._loop

    def flush_soon(self) -> None:
        """Flush the outbox at the next turn of the loop, so that all frames of this turn go together."""
        if not (self._pumping or self._flushes or self._runner):
            self._flushes = True
            self.loop.call_soon(self._flush)

    def run(self, mailbox: Mailbox, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine of a mailbox in a task, at the next turn of the loop."""
        self._work.append((mailbox, work))
        if self._runner is None:
            self._runner = self.loop.create_task(self._run())

    async def at_rest(self) -> None:
        """Wait until no task is about to run coroutines; a handler that waits has a task of its own then."""
        loop = asyncio.get_running_loop()
        # Polled, so that the task, whose speed matters, need not report anything; it never waits for others.
        while self._runner is not None and self._runner.get_loop() is loop:  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def _run(self) -> None:
        queue, task, stop = self._work, self._runner, time.monotonic() + PUMP_SECONDS
        try:
            while queue:
                mailbox, work = queue.popleft()
                mailbox.begins(task)
                try:
                    awaited = mailbox.context.run(work.send, None)
                except StopIteration:
                    if task is not None and task.cancelling():
                        # The cancellation was for this handler, which has ended before.
                        return
                    if time.monotonic() > stop:
                        self.outbox.flush()
                        await asyncio.sleep(0)
                        stop = time.monotonic() + PUMP_SECONDS
                    continue
                self._hand_over(task)
                await rest_in(mailbox.context, work, awaited)
                return
        finally:
            self._hand_over(task)

    def _hand_over(self, task: asyncio.Task[None] | None) -> None:
        """Hand the remaining work to a new task, if this one was to do it."""
        if self._runner is task:
            self._runner = self.loop.create_task(self._run()) if self._work else None
            if self._runner is None and not self._pumping:
                self.outbox.flush()

    def _flush(self) -> None:
        self._flushes = False
        self.outbox.flush()

    def _begin(self) -> None:
        loop = self._loop
        if loop is None or not loop.is_running():  # get_running_loop is a system call before Python 3.12
            self._loop = loop = asyncio.get_running_loop()
            self._flushes, self._runner = False, None
            self._work.clear()
            self._ready.clear()  # a new loop (tests): mailboxes of the old one can never run
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

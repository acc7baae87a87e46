"""A view's mailbox: messages are handled one at a time, in the order in which they came.

An idle view costs no task. `Mailbox.post` appends and, if none is being handled, puts the mailbox on the
`Dispatcher`'s one ready list; a single `call_soon` pump then starts each ready mailbox. A task exists only
while there are messages that need one. Three rules follow from this:

* posting never runs a handler, so a sender cannot be re-entered by its own message and never waits for a
  receiver;
* at most one message per view is handled at a time, so handlers of one view never interleave;
* the pump gives the event loop back every few milliseconds, so heartbeats are answered during a large
  broadcast.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Coroutine, Iterable
from typing import Any, Protocol

from ..errors import MailboxOverflowError
from .dispatcher import Dispatcher
from .endings import End, Endings, Part
from .faults import Cancellable
from .items import Urgent

log = logging.getLogger("quart_live.mailbox")

TURNS_BEFORE_YIELD = 64
"""The messages that one mailbox handles before others have their turn."""


class Worker(Protocol):
    """The handler of a mailbox's messages, a channel for instance."""

    context: contextvars.Context

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Handle ``item`` at once, or return a coroutine that does the rest. Neither must raise."""


class Mailbox:
    """The queue of one view.

    Args:
        dispatcher: the dispatcher with the ready list.
        worker: the handler of the messages.
        limit: the number of messages that may wait. One more ends the view (`MailboxOverflowError`): it has
            fallen behind for good, and a fresh join costs less than catching up.
    """

    __slots__ = (
        "_busy",
        "_cancelled",
        "_closed",
        "_dispatcher",
        "_endings",
        "_handle_now",
        "_limit",
        "_queue",
        "_run",
        "_task",
        "_waits",
        "_worker",
    )

    def __init__(self, dispatcher: Dispatcher, worker: Worker, limit: int) -> None:
        self._dispatcher = dispatcher
        self._worker = worker
        self._run, self._handle_now = worker.context.run, worker.handle_now
        self._limit = limit
        self._queue: deque[object] = deque()
        self._busy = False
        self._closed = False
        self._cancelled = False
        self._endings: Endings | None = None
        self._task: asyncio.Task[None] | None = None
        self._waits = False  # whether its task has not begun yet

    def __len__(self) -> int:
        return len(self._queue)

    def __contains__(self, item: object) -> bool:
        return item in self._queue

    @property
    def busy(self) -> bool:
        """Whether a message is being handled or waits to be."""
        return self._busy

    def post(self, item: object) -> None:
        """Append a message. Never blocks, never runs a handler; does nothing once the mailbox is closed."""
        if self._closed:
            return
        if len(self._queue) >= self._limit and not isinstance(item, Urgent):
            item = Urgent(MailboxOverflowError(f"more than {self._limit} messages are waiting"))
            self._queue.clear()
        self._queue.append(item)
        if not self._busy:
            self._busy = True
            self._dispatcher.ready(self)

    @property
    def closed(self) -> bool:
        """Whether it was closed, as its view ends."""
        return self._closed

    def on_end(self, part: Part, end: End, *arguments: Any) -> None:
        """Register ``end(*arguments)`` to be called when the view ends, in whatever way; see `Endings`."""
        if self._endings is None:
            self._endings = Endings()
        self._endings.add(part, end, *arguments)

    def close(self) -> None:
        """Drop the waiting messages and take no more. The one that is being handled goes on."""
        self._closed = True
        self._queue.clear()

    async def end(self, whose: object, owner: Cancellable | None = None) -> None:
        """Close the mailbox, and call the functions that `on_end` has registered.

        Args:
            whose: the name for the log of the view that ends.
            owner: this mailbox, if its own task ends it.

        Raises:
            asyncio.CancelledError: if the task was cancelled meanwhile; all functions have been called.
        """
        self.close()
        if self._endings is not None:
            await self._endings.run(whose, owner)

    def cancel(self) -> None:
        """Cancel the handling of the present message, if there is one."""
        task = self._task
        if task is None:
            if self._waits:  # a task cancelled before it begins could not end its view
                asyncio.get_running_loop().call_soon(self.cancel)
            return
        self._cancelled = True
        task.cancel()

    @property
    def context(self) -> contextvars.Context:
        """The context in which messages are handled."""
        return self._worker.context

    def begins(self, task: asyncio.Task[None] | None) -> None:
        """Note the task in which a message is handled from now on; the dispatcher calls this."""
        self._waits, self._task = False, task

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task in which a message is being handled; None if there is none, or it is not known."""
        return self._task

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` has cancelled the handling. A handler that cancels its own task does not count."""
        return self._cancelled

    def start(self) -> None:
        """Handle the messages that need no task, and start a task for the rest; the pump calls this."""
        queue, turns = self._queue, TURNS_BEFORE_YIELD
        while queue:
            if not turns:
                self._dispatcher.ready(self)
                return
            turns -= 1
            rest = self._run(self._handle_now, queue.popleft())
            if rest is not None:
                self._waits = True
                self._dispatcher.run(self, self._drain(rest))
                return
        self._busy = False

    async def _drain(self, rest: Coroutine[Any, Any, None] | None) -> None:
        queue, dispatcher, turn = self._queue, self._dispatcher, 0
        try:
            while True:
                if rest is not None:
                    await rest
                # After a wait neither the pump nor the dispatcher's task writes frames that were sent here.
                dispatcher.flush_soon()
                turn += 1
                if turn % TURNS_BEFORE_YIELD == 0:
                    await asyncio.sleep(0)
                if not queue:
                    return
                rest = self._handle_now(queue.popleft())
        finally:
            # No await between the last look at the queue and this line: a message cannot slip in between.
            self._task = None
            self._busy = False


def post_to_all(mailboxes: Iterable[Mailbox], item: object, except_for: Mailbox | None = None) -> None:
    """Post one message to many mailboxes, as `Mailbox.post` does, with less work for those that are idle.

    Args:
        mailboxes: the mailboxes. Posting runs no handler, so nobody can change them meanwhile.
        item: the message.
        except_for: the mailbox to leave out.
    """
    dispatcher: Dispatcher | None = None
    ready: deque[Mailbox] = deque()
    for mailbox in mailboxes:
        if mailbox is except_for:
            continue
        if mailbox._busy or mailbox._closed:
            mailbox.post(item)
        elif mailbox._dispatcher is dispatcher:
            mailbox._queue.append(item)
            mailbox._busy = True
            ready.append(mailbox)
        else:
            mailbox.post(item)
            dispatcher = mailbox._dispatcher  # its pump is scheduled from now on
            ready = dispatcher._ready

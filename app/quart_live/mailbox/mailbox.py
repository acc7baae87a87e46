"""A view's mailbox: messages are handled one at a time, in the order in which they came.

An idle view costs no task. `Mailbox.post` appends and, if nothing is at work, puts the mailbox on the
`Dispatcher`'s one ready list; a single `call_soon` pump then starts each ready mailbox. A task exists only
while there is mail that needs one. Three rules follow from this:

* posting never runs a handler, so a sender cannot be re-entered by what it sends and never waits for a
  receiver;
* at most one message per view is at work, so handlers of one view never interleave;
* the pump gives the event loop back every few milliseconds, so heartbeats are answered during a large
  broadcast.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, Protocol

from ..errors import MailboxOverflowError
from .dispatcher import Dispatcher
from .endings import End, Endings, Part
from .faults import Cancellable

log = logging.getLogger("quart_live.mailbox")

TURNS_BEFORE_YIELD = 64


class Envelope:
    """A message on its way to `handle_info`; one envelope is shared by all its receivers.

    Attributes:
        topic: the PubSub topic it was sent to, ``None`` for timers and ``send_self``.
        message: what was sent. Receivers share it, so nobody may change it.
        shares: what has been rendered of it, the `Shares` of :mod:`quart_live.diffs.fanout`; None before.
    """

    __slots__ = ("message", "shares", "topic")

    def __init__(self, message: object, topic: str | None = None) -> None:
        self.message = message
        self.topic = topic
        self.shares: Any = None


class Turn:
    """A step of the engine that waits for its turn between the view's messages; then the page is updated.

    Attributes:
        run: what to do. It may return something to await.
        owner: the view, or the component, whose state it changes.
    """

    __slots__ = ("owner", "run")

    def __init__(self, run: Callable[[], Awaitable[None] | None], owner: object = None) -> None:
        self.run = run
        self.owner = owner


class Worker(Protocol):
    """The one who handles the mail."""

    context: contextvars.Context

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Handle ``item`` at once, or return a coroutine with what is left to do. Neither must raise."""


class Mailbox:
    """The queue of one view.

    Args:
        dispatcher: whose ready list to use.
        worker: handles the messages.
        limit: how many messages may wait. One more ends the view (`MailboxOverflowError`): it has fallen
            behind for good, and a fresh join costs less than catching up.
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
        self._waits = False  # for its task to begin

    def __len__(self) -> int:
        return len(self._queue)

    def __contains__(self, item: object) -> bool:
        return item in self._queue

    @property
    def busy(self) -> bool:
        """Whether a message is being handled or waits to be."""
        return self._busy

    def post(self, item: object) -> None:
        """Put a message at the end.

        Never blocks, never runs a handler; ignored once the mailbox is closed.
        """
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
        """Whether its view has gone."""
        return self._closed

    def on_end(self, part: Part, end: End, *arguments: Any) -> None:
        """Call ``end(*arguments)`` at this mailbox's `end`, in whatever way its view ends; see `Endings`."""
        if self._endings is None:
            self._endings = Endings()
        self._endings.add(part, end, *arguments)

    def close(self) -> None:
        """Drop what waits and take nothing more. What is at work goes on."""
        self._closed = True
        self._queue.clear()

    async def end(self, whose: object, owner: Cancellable | None = None) -> None:
        """Close, and call what `on_end` was given.

        Args:
            whose: what ends, for the log.
            owner: this mailbox, if it is its own task that ends it.
        """
        self.close()
        if self._endings is not None:
            await self._endings.run(whose, owner)

    def cancel(self) -> None:
        """Cancel the message that is at work, if any."""
        task = self._task
        if task is None:
            if self._waits:  # what has not begun could not say that it ends
                asyncio.get_running_loop().call_soon(self.cancel)
            return
        self._cancelled = True
        task.cancel()

    @property
    def context(self) -> contextvars.Context:
        """The context in which messages are handled."""
        return self._worker.context

    def begins(self, task: asyncio.Task[None] | None) -> None:
        """Called when the task begins in which a message is handled."""
        self._waits, self._task = False, task

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task in which a message is at work; None if that is not known."""
        return self._task

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` has cancelled what was at work. A handler that cancels its task does not count."""
        return self._cancelled

    def start(self) -> None:
        """Called by the pump: handle what needs no task, start a task for the rest."""
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
                # After a wait neither the pump nor the dispatcher's task writes what was sent here.
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
    """Put one message into many mailboxes, as `Mailbox.post` does, with less work for those that are idle.

    Args:
        mailboxes: posting runs no handler, so nobody can change them meanwhile.
        item: the message.
        except_for: the mailbox that does not get it.
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
            dispatcher = mailbox._dispatcher  # which has its pump at work from now on
            ready = dispatcher._ready


class Urgent:
    """A message that is taken even when the mailbox is full: it ends the view with ``error``."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error

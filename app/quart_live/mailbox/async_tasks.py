"""The tasks of one view that do slow work: started, counted, cancelled, waited for.

A task never touches the view. When it ends it posts a `Turn` to the view's mailbox, and its result is applied
there, between the view's other messages. Whether it still counts is decided at that moment.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

from .endings import Part
from .faults import AsExceptions, for_thread
from .items import Turn
from .mailbox import Mailbox

log = logging.getLogger("quart_live.async")

Work: TypeAlias = Coroutine[Any, Any, Any] | Callable[[], Any]
Key: TypeAlias = str | tuple[str, ...]
Then: TypeAlias = Callable[[Any], Awaitable[None] | None]

PATIENCE = 5
"""The seconds that cancelled tasks may take to end before the view ends without them."""


class AsyncCancelled(Exception):  # noqa: N818 - it tells how the work ended; mostly somebody wanted it so
    """Slow work was cancelled, by `LiveView.cancel_async` or by itself."""


class _Run:
    """One start of some work. A later start under the same key is another run; only the last one counts."""

    __slots__ = ("apply", "cancelled", "fail", "key", "owner", "task")

    def __init__(self, owner: object, key: Key, apply: Then, fail: Then) -> None:
        self.owner, self.key, self.apply, self.fail = owner, key, apply, fail
        self.cancelled = False
        self.task: asyncio.Task[None] | None = None


class AsyncTasks:
    """All slow work of one view and its components.

    Args:
        mailbox: the view's mailbox, which gets the results.
    """

    __slots__ = ("_current", "_mailbox", "_tasks")

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._current: dict[tuple[int, Key], _Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, owner: object, key: Key, work: Work, apply: Then, fail: Then) -> None:
        """Start ``work`` in a task. Once the view has ended, nothing is started.

        Args:
            owner: the view or component; keys of different owners are independent.
            key: the key of the work; an earlier run under the same key no longer counts.
            work: a coroutine, or a function without arguments.
            apply: the function that is called in the mailbox with the result.
            fail: the function that is called in the mailbox with the exception.
        """
        if self._mailbox.closed:
            discard(work)
            return
        self._mailbox.on_end(Part.TASKS, self.cancel_all)
        run = _Run(owner, key, apply, fail)
        self._current[id(owner), key] = run
        run.task = asyncio.get_running_loop().create_task(self._run(run, work))
        self._tasks.add(run.task)
        # A task that is cancelled before its first step runs none of its code, not even `finally`.
        run.task.add_done_callback(self._tasks.discard)
        run.task.add_done_callback(lambda _: discard(work))

    def cancel(self, owner: object, key: Key, reason: str) -> None:
        """Cancel the work of ``key``, or of several keys that were started together and ``key`` is one of."""
        for run in tuple(self._current.values()):
            is_one_of_them = isinstance(run.key, tuple) and key in run.key
            if run.owner is owner and (key == run.key or is_one_of_them) and not run.cancelled:
                run.cancelled = True
                if run.task is not None:
                    run.task.cancel()
                self._deliver(run, run.fail, AsyncCancelled(reason))

    def cancel_of(self, owner: object) -> None:
        """Cancel all work of a component that has been removed, and drop the results."""
        for run in tuple(self._current.values()):
            if run.owner is owner:
                del self._current[id(owner), run.key]
                if run.task is not None:
                    run.task.cancel()

    async def cancel_all(self) -> None:
        """Cancel all work of a view that ends, and wait `PATIENCE` seconds for it."""
        self._current.clear()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=PATIENCE)
            for task in late:
                log.error("Slow work of a view that has ended does not end: %r", task)

    async def _run(self, run: _Run, work: Work) -> None:
        try:
            with AsExceptions():
                value = await perform(work)
        except asyncio.CancelledError:
            self._deliver(run, run.fail, AsyncCancelled("the work was cancelled from within"))
        except Exception as error:
            log.error("%s of %s failed: %s", run.key, type(run.owner).__name__, error, exc_info=error)
            self._deliver(run, run.fail, error)
        else:
            self._deliver(run, run.apply, value)

    def _deliver(self, run: _Run, then: Then, outcome: Any) -> None:
        self._mailbox.post(Turn(lambda: self._settle(run, then, outcome), run.owner))

    def _settle(self, run: _Run, then: Then, outcome: Any) -> Awaitable[None] | None:
        place = (id(run.owner), run.key)
        if self._current.get(place) is not run:
            return None  # started again meanwhile, or its owner was removed
        if run.cancelled and not isinstance(outcome, AsyncCancelled):
            return None  # it had ended when it was cancelled; the cancellation follows in the mailbox
        del self._current[place]
        try:
            return then(outcome)
        except Exception as error:
            if then is run.fail:
                raise
            log.error("%s of %s failed: %s", run.key, type(run.owner).__name__, error)
            return run.fail(error)


async def perform(work: Work) -> Any:
    """Do ``work``: await a coroutine, or run a blocking function in a thread. Return the result.

    If a function returns a coroutine, such as ``lambda: fetch(1)``, the coroutine is awaited here.

    Raises:
        Exception: the error of the work.
        AppFault: if a function raises something else than an `Exception` in its thread.
    """
    if inspect.iscoroutine(work):
        return await work
    assert callable(work)
    made = work() if inspect.iscoroutinefunction(work) else await _in_thread(work)
    return await made if inspect.isawaitable(made) else made


async def _in_thread(work: Callable[[], Any]) -> Any:
    made: list[Any] = []
    given_up = False

    def call() -> None:
        made.append(for_thread(work)())
        if given_up:
            discard(made[0])

    try:
        await asyncio.to_thread(call)
    except asyncio.CancelledError:
        # The thread goes on. The later of the two discards the coroutine that nobody will await.
        given_up = True
        if made:
            discard(made[0])
        raise
    return made[0]


def discard(work: object) -> None:
    """Close a coroutine that nobody will await, so that Python does not warn of it."""
    if inspect.iscoroutine(work):
        work.close()

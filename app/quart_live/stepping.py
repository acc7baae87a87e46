"""Running a coroutine without a task as far as it goes, or in a task that starts at once.

A frame for hundreds of viewers is sent hundreds of times, and nearly always the server's ``send`` returns
without waiting. Making a task for each would cost more than sending. So the coroutine is stepped by hand
once; only if it waits, because this one viewer's link is slow, the rest goes on in a task.
"""

from __future__ import annotations

import asyncio
import contextvars
import sys
from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import CoroutineType
from typing import Any


def step(coroutine: Awaitable[None]) -> Coroutine[Any, Any, None] | None:
    """Run ``coroutine`` until it waits. Returns what is left of it, to be awaited in a task, or ``None``.

    Other awaitables are put into a coroutine first.
    """
    if type(coroutine) is not CoroutineType:
        coroutine = _awaiting(coroutine)
    try:
        awaited = coroutine.send(None)
    except StopIteration:
        return None
    return _rest(coroutine, awaited)


async def _awaiting(awaitable: Awaitable[None]) -> None:
    await awaitable


async def _rest(coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    while True:
        resume: Callable[[Any], Any] = coroutine.send
        try:
            value = await _Handover(awaited)
        except BaseException as error:  # a cancellation, too, belongs to the coroutine
            resume, value = coroutine.throw, error
        try:
            awaited = resume(value)
        except StopIteration:
            return


class _Handover:
    """Awaits what the coroutine waits for: gives it to the event loop as if it were our own."""

    __slots__ = ("_awaited",)

    def __init__(self, awaited: Any) -> None:
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield self._awaited)


if sys.version_info >= (3, 12):

    def spawn(
        work: Coroutine[Any, Any, None], context: contextvars.Context, loop: asyncio.AbstractEventLoop
    ) -> asyncio.Task[None]:
        """Start ``work`` in ``context`` right away, without a turn of the ``loop``."""
        return asyncio.Task(work, loop=loop, context=context, eager_start=True)

else:

    def spawn(
        work: Coroutine[Any, Any, None], context: contextvars.Context, loop: asyncio.AbstractEventLoop
    ) -> asyncio.Task[None]:
        """Start ``work`` in ``context`` at the next turn of the ``loop`` (eager tasks need Python 3.12)."""
        return loop.create_task(work, context=context)

"""Stepping: a coroutine is run without a task of its own until it waits.

A frame for hundreds of viewers is sent hundreds of times, and nearly always the server's ``send`` returns
without waiting. Making a task for each would cost more than sending. So the coroutine is stepped by hand
once; only if it waits, because this one viewer's link is slow, the rest goes on in a task.
"""

from __future__ import annotations

import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Generator
from types import CoroutineType
from typing import Any


def step(coroutine: Awaitable[None]) -> Coroutine[Any, Any, None] | None:
    """Run ``coroutine`` until it waits. Return the rest, to be awaited in a task, or None if it has ended.

    Other awaitables are wrapped in a coroutine first.

    Raises:
        BaseException: the error of the coroutine.
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
        except BaseException as error:  # a cancellation, too, is for the coroutine
            resume, value = coroutine.throw, error
        try:
            awaited = resume(value)
        except StopIteration:
            return


async def rest_in(context: contextvars.Context, coroutine: Coroutine[Any, Any, None], awaited: Any) -> None:
    """Run the rest of a coroutine, each step in the coroutine's own context.

    Args:
        context: the coroutine's context.
        coroutine: the coroutine, which has been stepped once, in the present task, and waits.
        awaited: the future that it waits for.

    Raises:
        BaseException: the error of the coroutine.
    """
    while True:
        resume: Callable[[Any], Any] = coroutine.send
        try:
            value = await _Handover(awaited)
        except BaseException as error:
            resume, value = coroutine.throw, error
        try:
            awaited = context.run(resume, value)
        except StopIteration:
            return


class _Handover:
    """An awaitable that hands the coroutine's future to the event loop as if it were our own."""

    __slots__ = ("_awaited",)

    def __init__(self, awaited: Any) -> None:
        self._awaited = awaited

    def __await__(self) -> Generator[Any, Any, Any]:
        return (yield self._awaited)

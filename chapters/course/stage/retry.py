"""Second tries: a step that fails in the middle of an act waits for the teacher instead of ending the act.

An act is an asynchronous generator, and an exception ends a generator for good. So the exception must not
reach it: `with_second_tries` passes it to the `patience` of the act, which returns when the teacher wants to
try the same step again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TypeVar

from course.stage.errors import ActFailed

T = TypeVar("T")
Patience = Callable[[ActFailed], Awaitable[None]]

patience: ContextVar[Patience | None] = ContextVar("patience", default=None)
"""The function that waits for the teacher, inside an act; None everywhere else."""


async def with_second_tries(step: Callable[[], Awaitable[T]]) -> T:
    """Carry out a step of an act, again as often as the teacher wants; return its result.

    Args:
        step: starts the step anew each time it is called.

    Raises:
        ActFailed: if the step failed, and no `patience` is set.
    """
    while True:
        try:
            return await step()
        except ActFailed as problem:
            wait = patience.get()
            if wait is None:
                raise
            await wait(problem)

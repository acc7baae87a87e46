"""`BackgroundTasks`: work that the stage has begun and that nothing waits for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from course.errors import CourseError

log = logging.getLogger("course.stage")


class BackgroundTasks:
    """Tasks whose failures are shown to the teacher, and which end with the stage.

    Args:
        complain: called with the error of a task that failed.
        done: called when a task has ended, also when it failed.
    """

    def __init__(self, complain: Callable[[CourseError], None], done: Callable[[], None]) -> None:
        self._complain = complain
        self._done = done
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Awaitable[None]) -> None:
        """Start a task that does this work."""
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def cancel(self) -> None:
        """Cancel all tasks, and wait until they have ended."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _guarded(self, work: Awaitable[None]) -> None:
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await work
        except CourseError as problem:
            self._complain(problem)
        except Exception as problem:
            log.exception("Something went wrong on the stage")
            self._complain(CourseError(f"Something went wrong: {type(problem).__name__}: {problem}"))
        self._done()

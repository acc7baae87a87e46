"""What an app's code may raise besides an `Exception`, and how one view alone dies of it.

``sys.exit()`` in a handler would end the whole server: an event loop lets `SystemExit` and
`KeyboardInterrupt` out of any task. `GeneratorExit`, a group of such exceptions, or a handler that cancels
its own task would end the task at work without a word, and the browser would wait for an answer. So wherever
the app's code is called, such an exception becomes an `AppFault`, an `Exception` that is handled like any.

A cancellation by the engine itself, when a view has to end and its handler takes too long, passes.

What no one can hold back: a task of the app's own, started with `asyncio.create_task` or in a task group,
that raises `SystemExit`. The event loop ends by it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol


class AppFault(Exception):  # noqa: N818 - the fault is its cause
    """The app's code has raised something that is no `Exception`, or has cancelled the task it ran in.

    Attributes:
        __cause__: what it has raised.
    """


class Cancellable(Protocol):
    """Whose work may be cancelled by the engine."""

    @property
    def cancelled(self) -> bool:
        """Whether it was."""

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task in which the work is done; None if that is not known."""


def as_exception(error: BaseException) -> Exception:
    """``error`` itself, or an `AppFault` that it is the cause of."""
    if isinstance(error, Exception):
        return error
    fault = AppFault(f"{type(error).__name__}: {error}")
    fault.__cause__ = error
    return fault


def for_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """``function``, to be run in a thread: what it raises arrives as an `Exception` in whoever waits for it.

    The wait for a `StopIteration` would never end, since no future takes one.
    """

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except StopIteration as error:
            raise AppFault("StopIteration") from error
        except BaseException as error:
            raise as_exception(error)  # noqa: B904 - it has its cause, or is the error itself

    return call


class AsExceptions:
    """``with AsExceptions():`` lets everything out that is raised inside, but only as an `Exception`.

    Cancellations pass: whose they are only `Contained` can tell.

    Args:
        passes_cancelled: whether a `CancelledError` passes, too, when nobody has cancelled the task.
    """

    __slots__ = ("_passes_cancelled",)

    def __init__(self, *, passes_cancelled: bool = True) -> None:
        self._passes_cancelled = passes_cancelled

    def __enter__(self) -> None:
        return

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None or isinstance(error, Exception) or _is_closed(error):
            return
        if isinstance(error, asyncio.CancelledError) and (self._passes_cancelled or _is_cancelled()):
            return
        raise as_exception(error) from error


class Contained:
    """``async with Contained(mailbox):`` does the same, and tells cancellations apart.

    Args:
        owner: whose cancellation by the engine passes; ``None`` if nobody cancels this.
    """

    __slots__ = ("_owner",)

    def __init__(self, owner: Cancellable | None = None) -> None:
        self._owner = owner

    async def __aenter__(self) -> None:
        return

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None and _is_closed(error):
            return
        if self._owner is not None and self._owner.cancelled:
            if error is not None and not isinstance(error, (Exception, asyncio.CancelledError)):
                raise as_exception(error) from error
            return
        # To ask for the present task is a system call before Python 3.12.
        task = (self._owner.task if self._owner is not None else None) or asyncio.current_task()
        if task is not None and task.cancelling():
            await _take_back_cancellation(task)
            if error is None:
                raise AppFault("it has cancelled the task in which it ran")
        if error is not None and not isinstance(error, Exception):
            raise as_exception(error) from error


async def _take_back_cancellation(task: asyncio.Task[object]) -> None:
    """Let the present task go on, so that it can end its view and say so."""
    while task.cancelling():
        task.uncancel()
    with suppress(asyncio.CancelledError):  # before Python 3.13 one may still be on its way
        await asyncio.sleep(0)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _is_closed(error: BaseException) -> bool:
    """Whether ``error`` means that the event loop has gone, and this coroutine with it."""
    if not isinstance(error, GeneratorExit):
        return False
    try:
        return asyncio.current_task() is None
    except RuntimeError:
        return True

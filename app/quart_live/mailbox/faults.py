"""Faults: exceptions of an app's code that are no `Exception`, made to end one view and not the server.

``sys.exit()`` in a handler would end the whole server: an event loop lets `SystemExit` and
`KeyboardInterrupt` out of any task. `GeneratorExit`, a group of such exceptions, or a handler that cancels
its own task would end the task without a word, and the browser would wait for a reply. So wherever the app's
code is called, such an exception becomes an `AppFault`, an `Exception` that is handled like any.

A cancellation by the engine itself, when a view has to end and its handler takes too long, passes.

One case cannot be caught: a task of the app's own, started with `asyncio.create_task` or in a task group,
that raises `SystemExit`. It ends the event loop at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol


class AppFault(Exception):  # noqa: N818 - the fault is its cause
    """The app's code has raised something that is no `Exception`, or has cancelled its own task.

    Attributes:
        __cause__: the exception that it has raised.
    """


class Cancellable(Protocol):
    """The owner of work that the engine may cancel; see `Mailbox`."""

    @property
    def cancelled(self) -> bool:
        """Whether the engine has cancelled the work."""

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task that does the work; None if it is not known."""


def as_exception(error: BaseException) -> Exception:
    """Return ``error`` if it is an `Exception`, else an `AppFault` with it as the cause."""
    if isinstance(error, Exception):
        return error
    fault = AppFault(f"{type(error).__name__}: {error}")
    fault.__cause__ = error
    return fault


def for_thread(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a function that is run in a thread, so that it raises nothing but an `Exception`.

    A `StopIteration` becomes an `AppFault`, too: no future takes one, and the wait for it would never end.
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
    """A ``with`` block that turns an exception that is no `Exception` into an `AppFault`.

    Cancellations pass; use `Contained` to tell by whom they are.

    Args:
        passes_cancelled: whether a `CancelledError` passes even when nobody has cancelled the task.

    Raises:
        AppFault: for an exception that is no `Exception`.
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
    """An ``async with`` block like `AsExceptions`, in which only cancellations by the engine pass.

    Args:
        owner: the owner of the work, whose cancellation passes; ``None`` if the engine never cancels it.

    Raises:
        AppFault: for an exception that is no `Exception`, and if the block has cancelled its own task.
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
        # current_task is a system call before Python 3.12.
        task = (self._owner.task if self._owner is not None else None) or asyncio.current_task()
        if task is not None and task.cancelling():
            await _take_back_cancellation(task)
            if error is None:
                raise AppFault("the app's code has cancelled its own task")
        if error is not None and not isinstance(error, Exception):
            raise as_exception(error) from error


async def _take_back_cancellation(task: asyncio.Task[object]) -> None:
    """Undo the cancellation of the present task, so that it can end its view and send the reply."""
    while task.cancelling():
        task.uncancel()
    with suppress(asyncio.CancelledError):  # before Python 3.13 one may still be on its way
        await asyncio.sleep(0)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _is_closed(error: BaseException) -> bool:
    """Return whether ``error`` closes this coroutine because the event loop has gone."""
    if not isinstance(error, GeneratorExit):
        return False
    try:
        return asyncio.current_task() is None
    except RuntimeError:
        return True

"""The endings of a view: functions that release all it holds, on one list that is run to its end.

    host.on_end(Part.UPLOADS, desk.close)

A module that holds something for a view (a subscription, a task, a file) registers the function that releases
it on the view's list, as soon as there is something to release. When the view ends, in whatever way, the
functions are called in the order of `Part`, each guarded: an error is logged with the name of its part, and
the next function is called. A cancellation ends the function that is running, and not the list; it is raised
again after the last one. A function that is registered while the list runs is called, too.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import IntEnum
from operator import itemgetter
from typing import Any, TypeAlias

from .faults import AsExceptions, Cancellable, Contained

log = logging.getLogger("quart_live.ending")

End: TypeAlias = Callable[..., Awaitable[None] | None]
"""A function that releases something; plain or ``async``."""


class Part(IntEnum):
    """The parts of a view in the order in which they are released; the last one is a server's.

    First the parts that need no waiting, then all that the view holds. Then `terminate` is called, when
    nothing can reach the view any more; then the stash is written, and the context of its handlers is left.
    """

    TIMERS = 1
    PRESENCE = 2
    FAMILY = 3
    SUBSCRIPTIONS = 4
    TASKS = 5
    UPLOADS = 6
    VIEW = 7
    STASH = 8
    CONTEXT = 9
    SERVICES = 10


class Endings:
    """The list of functions of one view, or of something else that ends."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def parts(self) -> set[Part]:
        """Return the parts that have something to release."""
        return {entry[0] for entry in self._waiting}

    def add(self, part: Part, end: End, *arguments: Any) -> None:
        """Register ``end(*arguments)`` to be called at the end. Adding the same again does nothing.

        Args:
            part: the part that it releases: its place in the order, and its name in the log.
            end: a plain function, or one that returns something to await.
            arguments: the arguments for it.
        """
        entry = (part, end, *arguments)
        if entry not in self._waiting:
            self._waiting.append(entry)

    async def run(self, whose: object, owner: Cancellable | None = None) -> None:
        """Call all functions, each once.

        Args:
            whose: the name for the log of the view that ends.
            owner: the mailbox in whose task this runs; None for any other task.

        Raises:
            asyncio.CancelledError: if the task was cancelled meanwhile; all functions have been called.
        """
        cancelled: asyncio.CancelledError | None = None
        while self._waiting:
            entry = min(self._waiting, key=itemgetter(0))
            self._waiting.remove(entry)
            part, end, *arguments = entry
            try:
                if owner is not None:
                    async with Contained(owner):
                        await _call(end, arguments)
                else:
                    with AsExceptions(passes_cancelled=False):
                        await _call(end, arguments)
            except Exception:
                log.exception("The end of %s failed at its %s", whose, part.name.lower())
            except asyncio.CancelledError as error:
                log.warning("The end of %s was cancelled at its %s", whose, part.name.lower())
                cancelled = error
        if cancelled is not None:
            raise cancelled


async def _call(end: End, arguments: list[Any]) -> None:
    waiting = end(*arguments)
    if waiting is not None:
        await waiting

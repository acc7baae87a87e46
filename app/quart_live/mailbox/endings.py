"""What has to be let go of when a view ends: one list, run to its end whatever fails in it.

    host.on_end(Part.UPLOADS, desk.close)

Whoever holds something for a view (a subscription, a task, a file) puts the function that lets go of it on
the view's list, as soon as there is something to let go of. When the view ends, in whatever way, the
functions are called in the order of `Part`, each guarded: what one of them raises is logged with the name of
its part, and the next one is called. A cancellation ends the function that is at work, and not the list; it
is raised again after the last one. What is put on the list while it runs is called, too.
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
"""A function that lets go of something; plain or ``async``."""


class Part(IntEnum):
    """The parts of a view that are let go of, in this order; the last one is a server's.

    First whatever needs no waiting, then what the view holds; then the view is told, with nothing left that
    could reach it; then what it has said is kept, and the surroundings of its handlers are left.
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
    """The list of one view, or of something else that ends."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def parts(self) -> set[Part]:
        """The parts that have something to let go of."""
        return {entry[0] for entry in self._waiting}

    def add(self, part: Part, end: End, *arguments: Any) -> None:
        """Call ``end(*arguments)`` at the end. To add the same again changes nothing.

        Args:
            part: when it is its turn, and what the log calls it.
            end: a plain function, or one that returns something to await.
            arguments: what it is called with.
        """
        entry = (part, end, *arguments)
        if entry not in self._waiting:
            self._waiting.append(entry)

    async def run(self, whose: object, owner: Cancellable | None = None) -> None:
        """Call all of them, once.

        Args:
            whose: what ends, for the log.
            owner: the mailbox in whose task this runs; None for any other task.

        Raises:
            asyncio.CancelledError: if the task was cancelled meanwhile; all have been called nevertheless.
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

"""Shared reads: equal calls at the same moment are answered by one read, if it has not begun yet."""

import asyncio
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from .db import Act, db

P = ParamSpec("P")
T = TypeVar("T")


class Shared(Generic[P, T]):
    """A shared act that reads. Calls with the same arguments, made before it begins, get the same answer.

    A later call reads again: its answer has to contain what the caller has heard already.

    Attributes:
        within: the function itself, for use inside another act.
    """

    def __init__(self, act: Act[P, T]) -> None:
        self.within = act.within
        self._waiting: dict[Any, asyncio.Task[T]] = {}
        update_wrapper(self, act)

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Read in a session of its own, or share the read of an earlier call.

        Raises:
            Unavailable: the database cannot be reached.
        """
        key = args, tuple(kwargs.items())
        waiting = self._waiting.get(key)
        if waiting is None:

            def begin(session: Session) -> T:
                self._waiting.pop(key, None)
                return self.within(session, *args, **kwargs)

            waiting = self._waiting[key] = asyncio.create_task(db.read(begin))
            # If it never begins, this removes it.
            waiting.add_done_callback(lambda _: self._waiting.pop(key, None))
        # A cancelled caller must not take the answer from the others.
        return await asyncio.shield(waiting)


def shared(act: Act[P, T]) -> Shared[P, T]:
    """Share a read. Stands above `@db.reads`. All callers get the same object, so they must not change it."""
    return Shared(act)

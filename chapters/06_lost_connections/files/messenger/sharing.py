"""Reads that many want in the same moment: what has not begun yet is done once for all of them."""

import asyncio
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from .db import Act, db

P = ParamSpec("P")
T = TypeVar("T")


class Shared(Generic[P, T]):
    """An act that reads. Who asks the same before it has begun gets the same answer.

    Who asks later gets another one: what they have heard already must be in it.

    Attributes:
        within: as that of the act.
    """

    def __init__(self, act: Act[P, T]) -> None:
        self.within = act.within
        self._waiting: dict[Any, asyncio.Task[T]] = {}
        update_wrapper(self, act)

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Read, in a session of its own or in that of somebody who has asked the same. Raises Unavailable."""
        key = args, tuple(kwargs.items())
        waiting = self._waiting.get(key)
        if waiting is None:

            def begin(session: Session) -> T:
                self._waiting.pop(key, None)
                return self.within(session, *args, **kwargs)

            waiting = self._waiting[key] = asyncio.create_task(db.read(begin))
            # It may never begin.
            waiting.add_done_callback(lambda _: self._waiting.pop(key, None))
        # Whoever goes away leaves the others their answer.
        return await asyncio.shield(waiting)


def shared(act: Act[P, T]) -> Shared[P, T]:
    """A decorator, above `@db.reads`. All get the same answer, so it should be one that nobody changes."""
    return Shared(act)

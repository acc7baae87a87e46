"""`until`: wait for a state by looking again and again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

SECONDS_BETWEEN_LOOKS = 0.02

Seen = TypeVar("Seen")


async def until(
    look: Callable[[], Awaitable[Seen]],
    reached: Callable[[Seen], object],
    seconds: float,
    problem: Callable[[Seen], Exception],
) -> Seen:
    """Look until the state satisfies ``reached``, and return that state.

    Args:
        look: returns the present state.
        reached: the condition.
        seconds: the longest time to wait.
        problem: makes the exception to raise after that time, from the state that was seen last.

    Raises:
        Exception: the one that ``problem`` has made, if the time is over.
    """
    end = time.monotonic() + seconds
    while not reached(seen := await look()):
        if time.monotonic() > end:
            raise problem(seen)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    return seen

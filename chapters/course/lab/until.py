"""Waiting for a state, as the Lab does it: by looking again and again."""

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
    """Look until what is seen is as wished; returns that.

    Args:
        look: gives what there is now.
        reached: whether it is as wished.
        seconds: how long to try.
        problem: what to raise when the time is over, made of what was seen last.
    """
    end = time.monotonic() + seconds
    while not reached(seen := await look()):
        if time.monotonic() > end:
            raise problem(seen)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    return seen

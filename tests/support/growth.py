"""The growth of a function's time with its input: a ratio, which is the same on every machine."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

FIRST, LAST = 8000, 64_000
TOO_QUICK = 0.001
"""The seconds that are too few for the square of 8,000, which is 64 million steps."""

LONG_ENOUGH = 0.02
"""The seconds after which a ratio can be trusted."""

MOST = 2.5
ATTEMPTS, RUNS = 4, 3


def applied(pattern: re.Pattern[Any], method: str) -> Callable[[Any], object]:
    """Return one of a pattern's methods, as work for `growth`."""

    def work(text: Any) -> None:
        call = getattr(pattern, method)
        found = call(text[:0], text) if method in ("sub", "subn") else call(text)
        if method == "finditer":
            for _ in found:
                pass

    return work


def growth(work: Callable[[Any], object], make: Callable[[int], Any], most: float = MOST) -> float:
    """Return how much longer the work takes on twice the input: 2 for work that goes through it once.

    The text is doubled until the work can be measured. Of several runs the quickest counts, and a ratio above
    ``most`` is measured again a few times: noise passes, a square stays.
    """
    length = FIRST
    quickest = _quickest(work, make(length))
    if quickest < TOO_QUICK:
        return 0
    ratio = quickest / _quickest(work, make(length // 2))
    while length < LAST and quickest < LONG_ENOUGH:
        length *= 2
        before, quickest = quickest, _quickest(work, make(length))
        ratio = quickest / before
    attempts = ATTEMPTS
    while ratio > most and attempts:
        attempts -= 1
        ratio = min(ratio, _quickest(work, make(length)) / _quickest(work, make(length // 2)))
    return ratio


def _quickest(work: Callable[[Any], object], given: Any) -> float:
    best = float("inf")
    for _ in range(RUNS):
        begun = time.thread_time()  # without the time of other processes
        work(given)
        best = min(best, time.thread_time() - begun)
        if best > LONG_ENOUGH * 10:
            break
    return best

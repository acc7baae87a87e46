"""`Modes`: how a link treats the bytes that arrive, and how long it holds them back."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import Literal

Mode = Literal["pass", "cut", "refuse", "hang", "deaf", "delay"]


class Modes:
    """The present mode of a link.

    Attributes:
        mode: the mode.
        seconds: the delay in each direction, in mode ``delay``.
    """

    def __init__(self) -> None:
        self.mode: Mode = "pass"
        self.seconds = 0.0
        self._changed = asyncio.Event()

    def _enter(self, mode: Mode) -> None:
        self.mode = mode
        self._changed.set()
        self._changed = asyncio.Event()

    async def _hold(self, arrived: float, *, outward: bool) -> None:
        """Wait until a chunk that arrived then may be forwarded, under the modes that hold meanwhile."""
        clock = asyncio.get_running_loop().time
        while (left := self._hold_for(arrived, clock(), outward=outward)) > 0:
            changed = self._changed
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(left) else left):
                    await changed.wait()

    def _hold_for(self, arrived: float, now: float, *, outward: bool) -> float:
        if self.mode == "hang" or (self.mode == "deaf" and not outward):
            return math.inf
        return arrived + self.seconds - now if self.mode == "delay" else 0.0

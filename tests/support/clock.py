"""The event loop's clock, which a test may put forward: timers that are due then fire at once.

    async def test_ticks(clock: LoopClock) -> None:
        view.send_interval("tick", 5)
        clock.advance(5)
        await page.settle()

It moves all timers of the loop: those of the engine, of the server, and the test's own ``asyncio.timeout``.
So do not jump farther than a limit that must hold, for example ``LIVE_IDLE_TIMEOUT``. It never goes back, not
even after the test: timers set before a jump back would be late by the whole jump.
"""

from __future__ import annotations

import asyncio


class LoopClock:
    """The clock of the running event loop."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self._before = loop.time
        self._ahead = 0.0
        loop.time = self.now  # type: ignore[method-assign]

    def now(self) -> float:
        """Return the loop's time, in seconds."""
        return self._before() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward. Timers that are due then run in the next turns of the loop."""
        self._ahead += seconds

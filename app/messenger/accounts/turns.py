"""A fair order for hashing, which is slow: a crowd from one address does not delay all others.

There are lanes (signing in, registering), and in each lane a line for every address. Lanes take turns, lines
take turns within their lane, and only within a line it is first come, first served.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

T = TypeVar("T")
Turn: TypeAlias = "asyncio.Future[None]"

# A whole class may register in one minute. A waiting call only keeps its request open.
IN_A_LINE = 100
IN_A_LANE = 300


class TooBusy(Exception):  # noqa: N818  (nothing is wrong with the program)
    """An error for a full line. `seconds` says when to try again; its text tells a person."""

    seconds = 10

    def __init__(self) -> None:
        super().__init__(f"The server is busy just now. Try again in {self.seconds} seconds.")


@dataclass(frozen=True)
class Place:
    """A place to wait: a lane, and the source whose line in that lane it is."""

    lane: str
    source: str = ""


class Turns:
    """A pool of a few threads, which share their work out in a fair order.

    Args:
        workers: the number of threads.
        in_a_line, in_a_lane: the most calls that may wait in one line, and in one lane.
    """

    def __init__(self, workers: int, in_a_line: int = IN_A_LINE, in_a_lane: int = IN_A_LANE) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="turns")
        self._workers, self._in_a_line, self._in_a_lane = workers, in_a_line, in_a_lane
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free = workers
        # The first line of the first lane is next. After its turn it goes to the end, and its lane too.
        self._lanes: dict[str, dict[str, deque[Turn]]] = {}

    async def run(self, place: Place, work: Callable[[], T]) -> T:
        """Run the work in a thread when its turn comes.

        Raises:
            TooBusy: the line or the lane is full.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # No call waits in a loop that has ended.
            self._loop, self._free, self._lanes = loop, self._workers, {}
        await self._turn(place)
        doing = loop.run_in_executor(self._threads, work)
        # The thread goes on even if the caller is cancelled. It is not free until it is done.
        doing.add_done_callback(lambda _done: self._next())
        return await asyncio.shield(doing)

    def waiting(self, lane: str) -> int:
        """Return how many calls wait in a lane."""
        return sum(len(line) for line in self._lanes.get(lane, {}).values())

    async def _turn(self, place: Place) -> None:
        if self._free and not self._lanes:
            self._free -= 1
            return
        here = self._lanes.get(place.lane, {}).get(place.source, ())
        if len(here) >= self._in_a_line or self.waiting(place.lane) >= self._in_a_lane:
            raise TooBusy
        turn: Turn = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(place.lane, {}).setdefault(place.source, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._lanes[place.lane][place.source].remove(turn)
                self._tidy(place.lane, place.source)
            else:
                self._next()
            raise

    def _next(self) -> None:
        """Give the free worker to the next call, or keep it free."""
        while self._lanes:
            lane = next(iter(self._lanes))
            source = next(iter(self._lanes[lane]))
            turn = self._lanes[lane][source].popleft()
            self._lanes[lane][source] = self._lanes[lane].pop(source)
            self._lanes[lane] = self._lanes.pop(lane)
            self._tidy(lane, source)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _tidy(self, lane: str, source: str) -> None:
        """Remove an empty line, and its lane if that is empty then."""
        if not self._lanes[lane][source]:
            del self._lanes[lane][source]
        if not self._lanes[lane]:
            del self._lanes[lane]

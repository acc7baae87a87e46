"""Rendered items that full pages and joins share for a moment.

After a restart all browsers ask for the same page at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable

from .keys import Parts
from .tree import SharedRow

BURST_SECONDS = 1.0
MAX_ROWS = 5000


class Burst:
    """The items that have been rendered for full pages and joins within the last second.

    Only items that are made of immutable values are kept, and no longer than that: their properties may
    depend on the time.
    """

    parts: Parts = ()

    def __init__(self) -> None:
        self._rows: dict[Hashable, SharedRow] = {}
        self._ends = 0.0

    @property
    def rows(self) -> dict[Hashable, SharedRow]:
        """The items of this second, by their keys. Needs a running event loop."""
        now = time.monotonic()
        if now > self._ends or len(self._rows) > MAX_ROWS:
            self._rows = {}
            self._ends = now + BURST_SECONDS
            asyncio.get_running_loop().call_later(BURST_SECONDS, self._rows.clear)
        return self._rows

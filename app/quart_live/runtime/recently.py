"""Whether something happens for the first time in a while: what need not be said, or done, again at once."""

from __future__ import annotations


class Recently:
    """Tells whether something happens for the first time in a while.

    Args:
        seconds: how long a name is remembered.
        most: how many names are remembered; the oldest are forgotten first.
    """

    def __init__(self, seconds: float = 60, most: int = 1000) -> None:
        self._seconds, self._most = seconds, most
        self._seen: dict[int, float] = {}

    def __len__(self) -> int:
        """How many names are remembered."""
        return len(self._seen)

    def is_first(self, name: str, now: float) -> bool:
        """Whether ``name`` has not come within the last seconds. It counts as come from now on."""
        key = hash(name)
        before = self._seen.pop(key, None)
        self._seen[key] = now
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]
        return before is None or now - before > self._seconds

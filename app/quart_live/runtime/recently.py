"""`Recently`: a memory of names, so that nothing is logged, or done, again at once."""

from __future__ import annotations


class Recently:
    """The names that have come within the last seconds. Its length is their number.

    Args:
        seconds: the time for which a name is remembered.
        most: the most names that are remembered; the oldest are forgotten first.
    """

    def __init__(self, seconds: float = 60, most: int = 1000) -> None:
        self._seconds, self._most = seconds, most
        self._seen: dict[int, float] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def is_first(self, name: str, now: float) -> bool:
        """Remember ``name``. Return whether it has not come within the last seconds."""
        key = hash(name)
        before = self._seen.pop(key, None)
        self._seen[key] = now
        if len(self._seen) > self._most:
            del self._seen[next(iter(self._seen))]
        return before is None or now - before > self._seconds

"""What the bench asks a server in its own process: statements, and a profile. Free until it is asked."""

from __future__ import annotations

import cProfile
import io
import pstats
import threading
from typing import Any

from sqlalchemy import Engine, event

# What only begins and ends transactions, or sets up a connection.
NO_STATEMENTS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
LINES = 40


class Statements:
    """Counts what goes to any database."""

    def __init__(self) -> None:
        self._counted: int | None = None
        self._lock = threading.Lock()

    def tell(self) -> str:
        """Return the count so far."""
        if self._counted is None:
            self._counted = 0
            event.listen(Engine, "before_cursor_execute", self._count)
        return str(self._counted)

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self._counted is not None and not statement.lstrip().upper().startswith(NO_STATEMENTS):
            with self._lock:
                self._counted += 1


class Profile:
    """Profiles the thread of the event loop."""

    def __init__(self) -> None:
        self._profile: cProfile.Profile | None = None

    def tell(self) -> str:
        """Begin, or end and tell what took the time."""
        if self._profile is None:
            self._profile = cProfile.Profile()
            self._profile.enable()
            return ""
        self._profile.disable()
        found = io.StringIO()
        stats = pstats.Stats(self._profile, stream=found).strip_dirs()
        stats.sort_stats("tottime").print_stats(LINES)
        stats.sort_stats("cumulative").print_stats(LINES)
        self._profile = None
        return found.getvalue()

"""The statements that the database gets within a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event

CHANGES = ("WITH", "INSERT", "UPDATE", "DELETE")


@contextmanager
def statements(*kinds: str) -> Iterator[list[str]]:
    """Yield a list that grows with each statement, of every engine.

    Args:
        kinds: the first words of the statements to record; without any, all are recorded, also BEGIN.
    """
    seen: list[str] = []

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not kinds or statement.startswith(kinds):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", before)

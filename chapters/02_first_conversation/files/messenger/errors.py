"""Broken rules as field errors: the field, and the reason in words for people."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFreeError

log = logging.getLogger(__name__)

DOWN = (OperationalError, InterfaceError, NoConnectionFreeError, OSError)

TRY_AGAIN = "The data cannot be reached just now. Nothing has changed: try again in a moment."


class Invalid(Exception):  # noqa: N818  (a person made it, not the program)
    """An error for a broken rule. `errors` maps a field to its reasons: `{"nickname": ["…"]}`.

    Its text consists of the reasons alone, one after the other.
    """

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(" ".join(reason for reasons in errors.values() for reason in reasons))
        self.errors = errors


class Unavailable(Invalid):
    """An error for a database that does not answer or cannot write: it is locked, full, or down.

    Nothing has changed. It is an `Invalid`, so that code that shows refusals shows this one too. `seconds`
    says after how long to try again.
    """

    seconds = 5

    def __init__(self) -> None:
        super().__init__({"database": [TRY_AGAIN]})


@contextmanager
def unavailable_if_down() -> Iterator[None]:
    """Turn errors of a database that is down into Unavailable, and let all others through.

    Raises:
        Unavailable: the database cannot be reached, or cannot write now.
    """
    try:
        yield
    except Exception as error:
        if not is_down(error):
            raise
        log.warning("The database is not available: %s", getattr(error, "orig", error))
        raise Unavailable from error


def is_down(error: Exception) -> bool:
    """Return whether an error means that the database cannot be reached, or cannot do its work now."""
    # SQLite's name for a wrong statement, for example one on a table that does not exist.
    if getattr(getattr(error, "orig", None), "sqlite_errorname", "") == "SQLITE_ERROR":
        return False
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    # A driver without a connection raises its own errors, for example when PostgreSQL has too many clients.
    refused = type(error).__module__.startswith("asyncpg.")
    return lost or refused or isinstance(error, DOWN)


def says(field: str, reason: str) -> dict[str, str]:
    """Return the `info` of a constraint or column: the reason to show when someone breaks it."""
    return {"field": field, "reason": reason}


def broken_rule(metadata: MetaData, error: IntegrityError) -> Exception:
    """Return the field error for a refusal of the database, or the error itself if no rule explains it."""
    refusal = f"{error.orig}."
    if "foreign key constraint" in refusal.lower():
        # SQLite does not say which constraint.
        return Invalid({"record": ["This refers to something that does not exist."]})
    for table in metadata.tables.values():
        for words, info in refusals(table):
            if words in refusal:
                return Invalid({info["field"]: [info["reason"]]})
    return error


def refusals(table: Table) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the words with which PostgreSQL and SQLite refuse a broken rule of this table, and its `info`."""
    rules: list[Any] = [*table.constraints, *table.indexes]
    for rule in rules:
        if rule.info:
            columns = ", ".join(f"{table.name}.{column.name}" for column in rule.columns)
            yield f'"{rule.name}"', rule.info
            yield f"CHECK constraint failed: {rule.name}.", rule.info
            yield f"UNIQUE constraint failed: {columns}.", rule.info
    for column in table.columns:
        if column.info:
            yield f'column "{column.name}" of relation "{table.name}"', column.info
            yield f"NOT NULL constraint failed: {table.name}.{column.name}.", column.info

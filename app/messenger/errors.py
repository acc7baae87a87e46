"""Broken rules, told as field errors: which field, and why, in words for people."""

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
    """What was asked breaks a rule. `errors` maps a field to its reasons: `{"nickname": ["…"]}`.

    As text it is the reasons alone, one after the other.
    """

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(" ".join(reason for reasons in errors.values() for reason in reasons))
        self.errors = errors


class Unavailable(Invalid):
    """The database does not answer, or takes nothing: it is locked, full, or away. Nothing has changed.

    Nobody has broken a rule; but whoever shows those can show this too. `seconds` says when to try again.
    """

    seconds = 5

    def __init__(self) -> None:
        super().__init__({"database": [TRY_AGAIN]})


@contextmanager
def unavailable_if_down() -> Iterator[None]:
    """Raise Unavailable for what is the fault of neither a person nor the program."""
    try:
        yield
    except Exception as error:
        if not is_down(error):
            raise
        log.warning("The database is not available: %s", getattr(error, "orig", error))
        raise Unavailable from error


def is_down(error: Exception) -> bool:
    """Whether the database could not be reached, or cannot do now what it could do at other times."""
    # SQLite's name for what is wrong in a statement, for example that there is no such table.
    if getattr(getattr(error, "orig", None), "sqlite_errorname", "") == "SQLITE_ERROR":
        return False
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    # Where there is no connection yet, the driver's own errors come through: PostgreSQL has too many, say.
    refused = type(error).__module__.startswith("asyncpg.")
    return lost or refused or isinstance(error, DOWN)


def says(field: str, reason: str) -> dict[str, str]:
    """The `info` of a constraint or column: what to tell a person who breaks it."""
    return {"field": field, "reason": reason}


def broken_rule(metadata: MetaData, error: IntegrityError) -> Exception:
    """The field error for what the database refused; the error itself if no rule of ours explains it."""
    refusal = f"{error.orig}."
    if "foreign key constraint" in refusal.lower():
        # SQLite does not say which one.
        return Invalid({"record": ["This refers to something that does not exist."]})
    for table in metadata.tables.values():
        for words, info in refusals(table):
            if words in refusal:
                return Invalid({info["field"]: [info["reason"]]})
    return error


def refusals(table: Table) -> Iterator[tuple[str, dict[str, str]]]:
    """The words in which PostgreSQL and SQLite refuse what breaks a rule of this table."""
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

"""The records that `to_form` leaves on forms, rows and fields, for the helpers to read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import LiveViewError
from .names import Path

_NAME = "_live"
"""The attribute in which a state lies."""


@dataclass(frozen=True, slots=True)
class FormState:
    """The record on a form: its name, and whether it was submitted."""

    name: str
    submitted: bool


@dataclass(frozen=True, slots=True)
class RowState:
    """The record on a row: the names of its list, its number, its identity, and the number of rows."""

    list_names: Path
    number: int
    identity: int
    count: int


@dataclass(frozen=True, slots=True)
class FieldState:
    """The record on a field: the pieces of its name, whether it is used, and its row record, if any."""

    names: Path
    used: bool
    row: RowState | None


def attach(target: Any, state: FormState | FieldState) -> None:
    """Put a state on a form or field."""
    vars(target)[_NAME] = state


def form_state_of(form: Any) -> FormState | None:
    """The state of a form; None if it was not made by `to_form`, or is inside another."""
    state = vars(form).get(_NAME)
    return state if isinstance(state, FormState) else None


def has_state(field: Any) -> bool:
    """Whether something is a field of a form made by `to_form`. One of a field's choices, say, is not."""
    return isinstance(vars(field).get(_NAME), FieldState)


def state_of(field: Any) -> FieldState:
    """Return the record on a field.

    Raises:
        LiveViewError: if the field does not belong to a form made by `to_form`.
    """
    state = vars(field).get(_NAME)
    if not isinstance(state, FieldState):
        name = getattr(field, "name", field)
        raise LiveViewError(f"{name!r} is no field of a form made by to_form(…); make the form with it")
    return state


def row_of(field: Any) -> RowState:
    """Return the record on a row of a list.

    Raises:
        LiveViewError: if the field is no row of a list, or not of a form made by `to_form`.
    """
    row = state_of(field).row
    if row is None:
        raise LiveViewError(
            f"{field.name!r} is no row: pass an entry of a FieldList, such as row in `for row in form.rows`"
        )
    return row

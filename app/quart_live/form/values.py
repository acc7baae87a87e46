"""From a form back to the parameters that a browser would send of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    FormField,
    SelectField,
    SelectMultipleField,
    SubmitField,
)

from .names import SORT, UNUSED
from .state import form_state_of, row_of, state_of


def to_params(form: Any) -> dict[str, Any]:
    """Return the form's values as the nested parameters of an event: ``{"team": {"title": "Red", …}}``.

    Args:
        form: a form made by `to_form`.

    Raises:
        LiveViewError: if the form was not made by `to_form`.
    """
    inside, state = dict(_entries(form._fields)), form_state_of(form)
    return {state.name: inside} if state is not None and state.name else inside


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``before`` overlaid with ``given``. Inputs in ``given`` count as used unless marked unused."""
    result = dict(before)
    for key, value in given.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            result[key] = merged(old, value)
        else:
            result[key] = value
            if UNUSED + key not in given:
                result.pop(UNUSED + key, None)
    return result


def _entries(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for field in fields.values():
        key = field.short_name
        value = _value(field)
        if value is None:
            continue
        if not state_of(field).used and not isinstance(value, dict):
            yield UNUSED + key, ""
        yield key, value
        if isinstance(field, FieldList):
            rows = [row_of(entry) for entry in field.entries]
            yield SORT + key, [f"{row.number}:{row.identity}" for row in rows]


def _value(field: Any) -> Any:
    if isinstance(field, FieldList):
        return dict(_entries({entry.short_name: entry for entry in field.entries}))
    if isinstance(field, FormField):
        return dict(_entries(field.form._fields))
    if isinstance(field, (SubmitField, FileField)):
        return None
    if isinstance(field, BooleanField):
        return "true" if field.data else "false"
    if isinstance(field, SelectField):
        chosen = [str(value) for value, _, selected, *_ in field.iter_choices() if selected]
        return chosen if isinstance(field, SelectMultipleField) else next(iter(chosen), None)
    return field._value()

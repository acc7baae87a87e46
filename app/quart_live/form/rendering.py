"""How the fields of a live form are rendered, and which of their errors are shown.

WTForms renders every field through its ``meta.render_field``, which is replaced here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup
from wtforms import (
    BooleanField,
    FormField,
    PasswordField,
    SelectMultipleField,
    StringField,
    SubmitField,
)
from wtforms.form import BaseForm
from wtforms.widgets import html_params

from ..rendering import pure
from .state import form_state_of, has_state, state_of

NONE_CHOSEN = ""


@pure
def used(field: Any) -> bool:
    """Return whether the user has used an input: typed in it or submitted it. Of a list or form: any in it.

    Raises:
        LiveViewError: if the field's form was not made by `to_form`.
    """
    return state_of(field).used


@pure
def field_errors(field: Any) -> list[str]:
    """Return the errors of a field to be shown: none as long as the user has not used it.

    Args:
        field: a field; of a list only the errors of the list itself. Or a form: its own errors.

    Raises:
        LiveViewError: if the field's form was not made by `to_form`.
    """
    if isinstance(field, BaseForm):
        state = form_state_of(field)
        return _texts(field.form_errors) if state is None or state.submitted else []
    if not state_of(field).used:
        return []
    return _texts(field.form.form_errors if isinstance(field, FormField) else field.errors)


@pure
def field_error(field: Any, **attributes: Any) -> Markup:
    """Return the errors to be shown, as ``<p id="team_title-error" class="field-error">``, or nothing.

    The input refers to it by ``aria-invalid`` and ``aria-describedby``.

    Args:
        field: a field or a form, as for `field_errors`.
        attributes: attributes of the paragraph.

    Raises:
        LiveViewError: if the field's form was not made by `to_form`.
    """
    errors = field_errors(field)
    if not errors:
        return Markup()
    own = {} if isinstance(field, BaseForm) else {"id": f"{field.id}-error"}
    written = html_params(**{"class_": "field-error", **own, **with_dashes(attributes)})
    return Markup("<p {}>{}</p>").format(written, " ".join(errors))


def dress(field: Any) -> None:
    """Make a field render as a live form needs it, and keep the text that the user has typed."""
    field.meta = _LiveMeta(field.meta)
    field.render_kw = with_dashes(field.render_kw or {})
    if isinstance(field, SelectMultipleField):
        field.name += "[]"
    if isinstance(field, StringField) and field.raw_data:
        _keep_typed(field)


def with_dashes(attributes: dict[str, Any]) -> dict[str, Any]:
    """Write ``phx_debounce`` as ``phx-debounce``, as WTForms does for ``data_…`` and ``aria_…``."""
    return {
        name.replace("_", "-") if name.startswith("phx_") else name: value
        for name, value in attributes.items()
        if value is not None
    }


class _LiveMeta:
    """A form's meta with another `render_field`."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def render_field(self, field: Any, render_kw: dict[str, Any]) -> Markup:
        """Render ``field`` with a link to its errors, and with a hidden input if it may be left unticked."""
        attributes = {**(field.render_kw or {}), **with_dashes(render_kw)}
        if not has_state(field):  # one of the choices of a field
            return Markup(self._inner.render_field(field, attributes))
        if field_errors(field):
            attributes = {"aria-invalid": "true", "aria-describedby": f"{field.id}-error", **attributes}
        before = Markup()
        if isinstance(field, BooleanField) and not isinstance(field, SubmitField):
            attributes.setdefault("value", "true")
            before = _hidden(
                field.name, next((text for text in ("false", "") if text in field.false_values), None)
            )
        elif isinstance(field, SelectMultipleField):
            before = _hidden(field.name, NONE_CHOSEN)
        elif isinstance(field, PasswordField) and getattr(field.widget, "hide_value", False):
            # It is not sent back; without this every patch would tell the browser to empty it.
            attributes.setdefault("phx-update", "ignore")
        return before + Markup(self._inner.render_field(field, attributes))


def _hidden(name: str, value: str | None) -> Markup:
    """Return the input that is sent when nothing is ticked: a missing field would count as unused."""
    if value is None:
        return Markup()
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def _keep_typed(field: Any) -> None:
    """Show the typed text although filters have changed it, until the data is set to something else."""
    processed, typed, shown = field.data, field.raw_data[0], field._value
    field._value = lambda: typed if field.data is processed else shown()


def _texts(errors: Iterable[Any]) -> list[str]:
    # A list's errors include its rows' errors, as lists and dicts.
    return [str(error) for error in errors if not isinstance(error, (list, tuple, dict))]

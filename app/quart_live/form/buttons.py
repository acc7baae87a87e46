"""Inputs and buttons for the rows of a list: add, remove, move.

A button gets its name only for the moment in which it is pressed. Had it one all the time it would be among
the form's inputs, and after a lost connection the client could take it for the input that has changed, and
press it: it recovers a form in the name of the first visible input that has a name.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from wtforms import FieldList
from wtforms.widgets import html_params

from ..errors import LiveViewError
from ..js import JS
from ..rendering import pure
from .names import DROP, MOVE, NEW, SORT, Path, beside, bracketed
from .rendering import with_dashes
from .state import row_of, state_of


@pure
def row_inputs(row: Any) -> Markup:
    """Return the hidden input with number and identity of a row. Put it into each row.

    Raises:
        LiveViewError: if ``row`` is not a row of a live form's list.
    """
    state = row_of(row)
    return Markup('<input type="hidden" name="{}" value="{}:{}">').format(
        _name(state.list_names, SORT), state.number, state.identity
    )


@pure
def add_button(rows: Any, label: str = "Add", **attributes: Any) -> Markup:
    """Return a button that adds a row: at the end if it stands after the rows, at the beginning if before.

    Args:
        rows: the ``FieldList``.
        label: the button's text, or `Markup`.
        attributes: attributes of the button, such as ``class_="small"``.

    Raises:
        LiveViewError: if ``rows`` is not a ``FieldList`` of a live form.
    """
    if not isinstance(rows, FieldList):
        raise LiveViewError("add_button needs a FieldList, such as form.members")
    return _button(f"{rows.id}-add", _name(state_of(rows).names, SORT), NEW, label, attributes)


@pure
def drop_button(row: Any, label: str = "Remove", **attributes: Any) -> Markup:
    """Return a button that removes its row.

    Raises:
        LiveViewError: if ``row`` is not a row of a live form's list.
    """
    state = row_of(row)
    return _button(f"{row.id}-drop", _name(state.list_names, DROP), str(state.number), label, attributes)


@pure
def move_button(row: Any, direction: str, label: str | None = None, **attributes: Any) -> Markup:
    """Return a button that moves its row ``"up"`` or ``"down"``; disabled at the end of the list.

    Raises:
        LiveViewError: for another direction, or if ``row`` is not a row of a live form's list.
    """
    if direction not in ("up", "down"):
        raise LiveViewError(f'move_button moves "up" or "down", not {direction!r}')
    state = row_of(row)
    attributes.setdefault("disabled", state.number == (0 if direction == "up" else state.count - 1))
    name, value = _name(state.list_names, MOVE), f"{direction}:{state.number}"
    return _button(f"{row.id}-{direction}", name, value, label or direction.title(), attributes)


def _name(names: Path, prefix: str) -> str:
    return bracketed(beside(names, prefix)) + "[]"


def _button(id: str, name: str, value: str, label: str, attributes: dict[str, Any]) -> Markup:
    press = JS().set_attribute("name", name).dispatch("change").remove_attribute("name")
    own = {"type": "button", "id": id, "value": value, "phx-click": press}
    return Markup("<button {}>{}</button>").format(html_params(**{**own, **with_dashes(attributes)}), label)

"""The form for a new conversation: a title, and within it a list of members."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from wtforms import FieldList, Form, FormField, IntegerField, StringField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from quart_live import to_form

from . import chat
from .accounts import User
from .errors import Invalid
from .params import text_in


class MemberForm(Form):
    """The form of one member: a hidden input with an id."""

    user_id = IntegerField(widget=HiddenInput())


class ConversationForm(Form):
    """The form of a new conversation: `conversation[title]`, `conversation[members][0][user_id]`, …"""

    title = StringField("Title (optional)", [Length(max=chat.LONGEST_TITLE, message=chat.TITLE_TOO_LONG)])
    members = FieldList(FormField(MemberForm))


def form_with(members: Sequence[User], title: str) -> ConversationForm:
    """Make the form with a row for each member and the title as it was typed."""
    rows = {str(number): {"user_id": str(user.id)} for number, user in enumerate(members)}
    form = to_form(ConversationForm, {"conversation": {"title": title, "members": rows}})
    form.validate()
    return form


def title_in(params: Any) -> str:
    """Return the title that the browser has sent."""
    return text_in(fields_in(params), "title")


async def members_in(params: Any, me: User) -> list[User]:
    """Return the people whose ids the browser has sent as members.

    Raises:
        Invalid: an id cannot be read, or `checked_members` refuses the members.
    """
    # Of a list of thousands, this reads one more than are allowed.
    rows = first(chat.MOST_MEMBERS + 1, fields_in(params).get("members"))
    sent = to_form(ConversationForm, {"conversation": {"members": rows}})
    ids = [row.form.user_id.data for row in sent.members]
    if None in ids:
        raise Invalid({"members": ["This list of members cannot be read. Choose them again."]})
    return await chat.checked_members(me, ids)


def fields_in(params: Any) -> dict[str, Any]:
    """Return the fields of the form that are about the conversation."""
    fields = params.get("conversation") if isinstance(params, dict) else None
    return fields if isinstance(fields, dict) else {}


def first(number: int, rows: Any) -> Any:
    """Return the first rows of a list, as a form sends it (a dict with numbers as keys) or as JSON has it."""
    if isinstance(rows, dict):
        return dict(islice(rows.items(), number))
    return rows[:number] if isinstance(rows, list) else {}


def show_refusal(form: ConversationForm, refusal: Invalid) -> None:
    """Show the reasons of a refusal beside the fields they are about."""
    for name, reasons in refusal.errors.items():
        field = form[name] if name in form else form["members"]
        field.errors = list(reasons)

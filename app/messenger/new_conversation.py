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
from .params import NOBODY, text_in


class MemberForm(Form):
    """One member: a hidden input with an id."""

    user_id = IntegerField(widget=HiddenInput())


class ConversationForm(Form):
    """The whole form. Its inputs are named `conversation[title]`, `conversation[members][0][user_id]`, …"""

    title = StringField("Title (optional)", [Length(max=chat.LONGEST_TITLE, message=chat.TITLE_TOO_LONG)])
    members = FieldList(FormField(MemberForm))


def form_with(members: Sequence[User], title: str) -> ConversationForm:
    """The form as it stands: a row for each member that the view knows, and the title as it was typed."""
    rows = {str(number): {"user_id": str(user.id)} for number, user in enumerate(members)}
    form = to_form(ConversationForm, {"conversation": {"title": title, "members": rows}})
    form.validate()
    return form


def title_in(params: Any) -> str:
    """The title that a browser has sent."""
    return text_in(fields_in(params), "title")


async def members_in(params: Any, me: User) -> list[User]:
    """The people whose ids a browser has sent as members. Raises Invalid unless `me` can begin with them."""
    ids = ids_in(params)
    if NOBODY in ids:
        raise Invalid({"members": ["This list of members cannot be read. Choose them again."]})
    return await chat.checked_members(me, ids)


def ids_in(params: Any) -> list[int]:
    """The ids that a browser has sent as those of members, whoever they belong to; 0 for what is no id."""
    # Of a list of thousands we read as many as tell us that they are too many.
    rows = first(chat.MOST_MEMBERS + 1, fields_in(params).get("members"))
    sent = to_form(ConversationForm, {"conversation": {"members": rows}})
    return [row.form.user_id.data or NOBODY for row in sent.members]


def fields_in(params: Any) -> dict[str, Any]:
    """The part of the parameters that is about the conversation."""
    fields = params.get("conversation") if isinstance(params, dict) else None
    return fields if isinstance(fields, dict) else {}


def first(number: int, rows: Any) -> Any:
    """The first rows of a list, as a form sends it (a dict with the numbers as keys) or as JSON has it."""
    if isinstance(rows, dict):
        return dict(islice(rows.items(), number))
    return rows[:number] if isinstance(rows, list) else {}


def show_refusal(form: ConversationForm, refusal: Invalid) -> None:
    """Put the reasons of a refusal beside the fields they are about."""
    for name, reasons in refusal.errors.items():
        field = form[name] if name in form else form["members"]
        field.errors = list(reasons)

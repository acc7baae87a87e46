"""A form with everything in it, and a live view for it."""

from __future__ import annotations

import enum
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length

from quart_live import LiveView, to_form


class Colour(enum.Enum):
    """The colour of a team."""

    RED = "red"
    BLUE = "blue"

    def __str__(self) -> str:
        return self.value


def stripped(value: str | None) -> str | None:
    """The text without white space around it."""
    return value.strip() if value else value


class MemberForm(Form):
    """One of a team."""

    name = StringField(validators=[InputRequired()])
    admin = BooleanField(default=True)


class TeamForm(Form):
    """Fields of every kind, a form in it, and two lists."""

    title = StringField(validators=[InputRequired(), Length(max=40)], filters=[stripped])
    about = TextAreaField()
    size = IntegerField()
    open = BooleanField()
    colour = SelectField(choices=["red", "blue"], coerce=Colour, default=Colour.RED)
    level = RadioField(choices=["low", "high"], default="low")
    tags = SelectMultipleField(choices=["new", "old", "odd"])
    lead = FormField(MemberForm)
    members = FieldList(FormField(MemberForm), min_entries=1, max_entries=6)
    emails = FieldList(StringField())

    def validate(self, extra_validators: Any = None) -> bool:
        """All fields, and the form as a whole."""
        good: bool = super().validate(extra_validators)
        if not good:
            self.form_errors.append("The team is not complete.")
        return good


FIELDS = """
  {{ field_error(form) }}
  {{ form.title.label }} {{ form.title() }} {{ field_error(form.title) }}
  {{ form.about() }} {{ form.size() }} {{ field_error(form.size) }} {{ form.open() }} {{ form.colour() }}
  {{ form.level() }} {{ form.tags() }} {{ form.lead.form.name() }} {{ form.lead.form.admin() }}
  <ul>{% for member in form.members %}
    <li id="{{ member.id }}">{{ row_inputs(member) }}
      {{ member.form.name() }} {{ field_error(member.form.name) }} {{ member.form.admin() }}
      {{ move_button(member, "up") }} {{ move_button(member, "down") }} {{ drop_button(member) }}</li>
  {% endfor %}</ul>{{ add_button(form.members) }} {{ field_error(form.members) }}
  {% for email in form.emails %}<p id="{{ email.id }}-row">{{ row_inputs(email) }}{{ email() }}
    {{ drop_button(email) }}</p>{% endfor %}{{ add_button(form.emails) }}"""


class TeamLive(LiveView):
    """Shows the form and remembers what was saved."""

    inline_template = (
        '<form id="team" phx-change="validate" phx-submit="save" novalidate>'
        + FIELDS
        + "<button>Save</button></form>"
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(form=to_form(TeamForm), saved=None)

    async def handle_event(self, event: str, params: Any) -> None:
        form = to_form(TeamForm, params)
        if form.validate() and event == "save":
            self.assign(saved=form.data)
        self.assign(form=form)

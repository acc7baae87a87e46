'''Forms: WTForms in live views.

    class MemberForm(wtforms.Form):
        name = StringField(validators=[InputRequired()])

    class TeamForm(wtforms.Form):
        title = StringField(validators=[InputRequired(), Length(max=40)])
        members = FieldList(FormField(MemberForm), min_entries=1)

    class TeamLive(LiveView):
        inline_template = """
            <form id="team" phx-change="validate" phx-submit="save" novalidate>
              {{ form.title.label }} {{ form.title(phx_debounce="300") }} {{ field_error(form.title) }}
              <ul>{% for member in form.members %}
                <li id="{{ member.id }}">{{ row_inputs(member) }}
                  {{ member.form.name(aria_label="Name") }} {{ field_error(member.form.name) }}
                  {{ move_button(member, "up") }} {{ drop_button(member) }}</li>
              {% endfor %}</ul>
              {{ add_button(form.members) }}
              <button phx-disable-with="Saving…">Save</button>
            </form>"""

        async def mount(self, params, session):
            self.assign(form=to_form(TeamForm, data={"title": "Red"}))

        async def handle_event(self, event, params):
            form = to_form(TeamForm, params)
            if form.validate() and event == "save":
                await save(form.data)
            self.assign(form=form)

Inputs are named as in Phoenix: ``team[title]``, ``team[members][0][name]``. Their ids do not change while
rows come and go (``team_members_10000_name``), so focus and text stay where they are.

- **Errors** are shown of inputs that the user has used, after a submit of all: `field_error`, `field_errors`,
  `used`. An input or form with ``phx-no-unused-field`` counts as used at once.
- **Lists**: `row_inputs` in each row, `add_button`, `drop_button`, `move_button`; a script that sorts the
  rows' elements only has to dispatch ``input`` afterwards. ``max_entries`` and ``min_entries`` hold.
- **One input alone** (``phx-change`` on the input) sends only itself: ``to_form(…, base=self.assigns.form)``.
- **After a lost connection** the client sends the form again, to ``phx-change`` or what ``phx-auto-recover``
  names (``ignore``: not at all), provided it has an ``id``. Nothing needs to be done for that.
- **HTTP in the end**, to sign in for example: ``action``, ``method="post"``, the hidden ``_csrf_token`` and
  ``{% if form_is_good %}phx-trigger-action{% endif %}``; the handler reads `posted_params`.
- **Passwords** are never sent back; the browser keeps what was typed (``phx-update="ignore"``).

In attributes given in templates ``phx_`` stands for ``phx-``.
'''

from .binding import to_form
from .buttons import add_button, drop_button, move_button, row_inputs
from .posting import posted_params
from .rendering import field_error, field_errors, used
from .values import to_params

__all__ = [
    "TEMPLATE_HELPERS",
    "add_button",
    "drop_button",
    "field_error",
    "field_errors",
    "move_button",
    "posted_params",
    "row_inputs",
    "to_form",
    "to_params",
    "used",
]

TEMPLATE_HELPERS = {
    "add_button": add_button,
    "drop_button": drop_button,
    "field_error": field_error,
    "field_errors": field_errors,
    "move_button": move_button,
    "row_inputs": row_inputs,
    "used": used,
}
"""Globals of live templates and of the app's own."""

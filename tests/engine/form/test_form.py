"""WTForms in live views: names, rows, used inputs, what is shown."""

from __future__ import annotations

from typing import Any

import pytest
from engine.form.form_app import Colour, TeamForm, TeamLive
from quart import Quart, session
from wtforms import FieldList, Form, FormField, PasswordField, StringField
from wtforms.validators import InputRequired

from quart_live import LiveViewError, LiveViewTest, QuartLive, csrf, to_form
from quart_live.form import (
    add_button,
    drop_button,
    field_error,
    field_errors,
    move_button,
    posted_params,
    row_inputs,
    to_params,
    used,
)
from quart_live.protocol.form_data import decode
from quart_live.testing import parse


def params(encoded: str, target: str | None = "team[title]") -> dict[str, Any]:
    """Return the params that `handle_event` gets of a form event."""
    from quart_live.protocol.events import decode_event

    meta = {} if target is None else {"_target": target}
    result: dict[str, Any] = decode_event(
        {"type": "form", "event": "e", "value": encoded, "meta": meta}
    ).params
    return result


def names(form: Any) -> list[str]:
    """The names of the members, in order."""
    return [member.form.name.data for member in form.members]


MEMBERS = (
    "team[title]=Red&team[members][0][name]=Ann&team[members][1][name]=Bo&team[members][2][name]=Cy"
    "&team[_sort_members][]=0:0&team[_sort_members][]=1:1&team[_sort_members][]=2:10007"
)


def test_names_and_ids() -> None:
    form = to_form(TeamForm, data={"members": [{"name": "Ann"}], "emails": ["a@b.c"]})
    member = form.members[0].form
    assert (member.name.name, member.name.id) == ("team[members][0][name]", "team_members_0_name")
    assert str(member.name.label) == '<label for="team_members_0_name">Name</label>'
    assert (form.emails[0].name, form.emails[0].id) == ("team[emails][0]", "team_emails_0")
    assert form.tags.name == "team[tags][]"
    assert form.lead.form.name.name == "team[lead][name]"
    bare = to_form(TeamForm, {"title": "x", "_target": ["title"]}, name="")
    assert (bare.title.name, bare.title.data, used(bare.title)) == ("title", "x", True)


def test_ids_of_ones_own_stay() -> None:
    class Own(Form):
        name = StringField(id="my-name")

    form = to_form(Own)
    assert (form.name.id, form.name.label.field_id, form.name.name) == ("my-name", "my-name", "own[name]")


def test_values_come_back_typed_and_as_typed() -> None:
    form = to_form(
        TeamForm,
        params(
            "team[title]= Red &team[size]=ten&team[lead][name]=Jo&team[tags][]=&team[tags][]=new"
            "&team[open]=true"
        ),
    )
    form.validate()
    assert form.title.data == "Red"
    assert parse(str(form.title())).find("input").get("value") == " Red "
    assert form.size.data is None and parse(str(form.size())).find("input").get("value") == "ten"
    assert form.lead.data["name"] == "Jo"
    assert form.tags.data == ["new"]
    assert form.open.data is True
    form.title.data = "Blue"
    assert parse(str(form.title())).find("input").get("value") == "Blue"


def test_errors_are_shown_only_of_inputs_that_were_used() -> None:
    text = "team[title]=&team[size]=x&team[_unused_size]=&team[lead][_unused_name]=&team[lead][name]="
    form = to_form(TeamForm, params(text))
    assert not form.validate()
    assert form.size.errors and form.lead.form.name.errors
    assert used(form.title) and not used(form.size) and not used(form.lead)
    assert field_errors(form.title) == ["This field is required."]
    assert field_error(form.size) == "" and field_error(form.lead.form.name) == ""
    assert field_error(form.title, class_="bad") == (
        '<p class="bad" id="team_title-error">This field is required.</p>'
    )
    shown = parse(str(form.title())).find("input")
    assert (shown.get("aria-invalid"), shown.get("aria-describedby")) == ("true", "team_title-error")
    assert "aria-invalid" not in str(form.size())


def test_a_submit_shows_all_errors() -> None:
    form = to_form(TeamForm, params("team[title]=&team[size]=x", target=None))
    assert not form.validate()
    assert field_errors(form.title) and field_errors(form.size) and field_errors(form.lead.form.name)
    assert field_errors(form) == ["The team is not complete."]
    quiet = to_form(TeamForm, params("team[title]="))
    quiet.validate()
    assert field_errors(quiet) == []


def test_an_empty_form_shows_nothing() -> None:
    form = to_form(TeamForm)
    form.validate()
    assert form.title.errors and field_errors(form.title) == [] and not used(form.title)


def test_boxes_say_when_they_are_not_ticked() -> None:
    form = to_form(TeamForm, params("team[open]=false&team[tags][]="))
    assert form.open.data is False and used(form.open)
    assert form.tags.data == [] and used(form.tags)
    hidden, box = parse(str(form.open())).find_all("input")
    assert (hidden.get("value"), box.get("value"), "checked" in box.attributes) == ("false", "true", False)
    ticked = to_form(TeamForm, params("team[open]=false&team[open]=true"))
    assert ticked.open.data is True and str(ticked.open()).count("checked") == 1


def test_passwords_are_never_sent_back() -> None:
    class SignIn(Form):
        password = PasswordField(validators=[InputRequired()])

    form = to_form(SignIn, {"sign_in": {"password": "secret"}})
    written = str(form.password())
    assert form.password.data == "secret" and "secret" not in written
    assert 'phx-update="ignore"' in written


# -- lists -------------------------------------------------------------------------------------------------


def test_rows_stay_who_they_are() -> None:
    form = to_form(TeamForm, params(MEMBERS))
    assert names(form) == ["Ann", "Bo", "Cy"]
    assert [member.id for member in form.members] == [
        "team_members_0",
        "team_members_1",
        "team_members_10007",
    ]
    assert row_inputs(form.members[2]) == (
        '<input type="hidden" name="team[_sort_members][]" value="2:10007">'
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("&team[_drop_members][]=1", ["Ann", "Cy"]),
        ("&team[_drop_members][]=0&team[_drop_members][]=1&team[_drop_members][]=2", [None]),
        ("&team[_sort_members][]=new", ["Ann", "Bo", "Cy", None]),
        ("&team[_move_members][]=up:2", ["Ann", "Cy", "Bo"]),
        ("&team[_move_members][]=down:0", ["Bo", "Ann", "Cy"]),
        ("&team[_move_members][]=up:0", ["Ann", "Bo", "Cy"]),
        ("&team[_move_members][]=down:9", ["Ann", "Bo", "Cy"]),
        ("&team[_move_members][]=nonsense", ["Ann", "Bo", "Cy"]),
        ("&team[_drop_members][]=²&team[_sort_members][]=²", ["Ann", "Bo", "Cy"]),
        ("&team[_drop_members]=x&team[_sort_nothing][]=new", ["Ann", "Bo", "Cy"]),
    ],
)
def test_rows_are_added_dropped_and_moved(asked: str, expected: list[str | None]) -> None:
    form = to_form(TeamForm, params(MEMBERS + asked))
    assert names(form) == expected
    assert [member.form.name.name for member in form.members] == [
        f"team[members][{number}][name]" for number in range(len(expected))
    ]
    assert len({member.id for member in form.members}) == len(expected)


def test_the_order_of_the_hidden_inputs_is_the_order_of_the_rows() -> None:
    text = MEMBERS.partition("&team[_sort")[0]
    text += "".join(f"&team[_sort_members][]={entry}" for entry in ("2:10007", "0:0", "new", "1:1"))
    form = to_form(TeamForm, params(text))
    assert names(form) == ["Cy", "Ann", None, "Bo"]
    assert [member.id for member in form.members] == [
        "team_members_10007",
        "team_members_0",
        "team_members_10008",
        "team_members_1",
    ]
    again = to_form(TeamForm, {**to_params(form), "_target": ["team", "title"]})
    assert names(again) == ["Cy", "Ann", "", "Bo"]
    assert [member.id for member in again.members] == [member.id for member in form.members]


def test_new_rows_have_defaults_and_no_errors_yet() -> None:
    form = to_form(TeamForm, params(MEMBERS + "&team[_sort_members][]=new", "team[_sort_members][]"))
    form.validate()
    new = form.members[-1].form
    assert new.admin.data is True and form.members[0].form.admin.data is False
    assert new.name.errors and field_error(new.name) == ""
    assert used(form.members)


def test_limits_of_lists_hold() -> None:
    form = to_form(TeamForm, params(MEMBERS + "&team[_sort_members][]=new" * 50))
    assert len(form.members) == TeamForm.members.kwargs["max_entries"]
    empty = to_form(TeamForm, params("team[title]=x"))
    assert names(empty) == [None] and len(empty.emails) == 0
    assert empty.members[0].id == "team_members_10000"  # not an element that was there before


def test_rows_keep_what_they_belong_to() -> None:
    class Member:
        def __init__(self, name: str) -> None:
            self.name, self.admin, self.secret = name, False, name * 2

    class Team:
        title, members = "Red", [Member("Ann"), Member("Bo"), Member("Cy")]

    text = "team[members][0][name]=Z&team[members][1][name]=Y"
    text += "&team[_sort_members][]=0:2&team[_sort_members][]=1:0"
    form = to_form(TeamForm, params(text), obj=Team)
    assert [member.object_data.secret for member in form.members] == ["CyCy", "AnnAnn"]


def test_lists_of_plain_fields_and_lists_in_lists() -> None:
    class Inner(Form):
        words = FieldList(StringField(validators=[InputRequired()]))

    class Outer(Form):
        parts = FieldList(FormField(Inner))

    text = (
        "outer[parts][0][words][0]=a&outer[parts][1][words][0]=b&outer[parts][1][words][_unused_1]="
        "&outer[parts][1][words][1]=&outer[_sort_parts][]=1:5&outer[_sort_parts][]=0:0"
        "&outer[parts][1][_sort_words][]=1:1&outer[parts][1][_sort_words][]=0:3"
    )
    form = to_form(Outer, params(text, "outer[parts][1][words][0]"))
    form.validate()
    assert form.data == {"parts": [{"words": ["", "b"]}, {"words": ["a"]}]}
    words = form.parts[0].form.words
    assert [word.name for word in words] == ["outer[parts][0][words][0]", "outer[parts][0][words][1]"]
    assert [word.id for word in words] == ["outer_parts_5_words_1", "outer_parts_5_words_3"]
    assert words[0].errors and not used(words[0]) and used(words[1])


def test_buttons_have_a_name_only_while_they_are_pressed() -> None:
    form = to_form(TeamForm, params(MEMBERS))
    buttons = [
        add_button(form.members),
        drop_button(form.members[1], "×", aria_label="Remove Bo"),
        move_button(form.members[0], "down"),
    ]
    for button, value in zip(buttons, ["new", "1", "down:0"], strict=True):
        found = parse(str(button)).find("button")
        assert "name" not in found.attributes and found.get("type") == "button"
        assert found.get("value") == value
    assert 'aria-label="Remove Bo"' in buttons[1] and ">×<" in buttons[1]
    assert "disabled" in str(move_button(form.members[0], "up"))
    assert "disabled" not in str(move_button(form.members[1], "up"))


# -- partial and odd parameters ----------------------------------------------------------------------------


def test_one_input_alone_leaves_the_others_as_they_were() -> None:
    base = to_form(TeamForm, params(MEMBERS + "&team[size]=x&team[_unused_size]=&team[open]=true"))
    form = to_form(TeamForm, params("team[title]=Blue"), base=base)
    assert form.title.data == "Blue" and names(form) == ["Ann", "Bo", "Cy"] and form.open.data is True
    assert not used(form.size) and used(form.title)
    assert parse(str(form.size())).find("input").get("value") == "x"
    assert used(to_form(TeamForm, params("team[size]=4"), base=base).size)


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"team": "text"},
        {"team": {"members": "text", "title": {"a": "b"}, "lead": ["x"], "tags": "one"}},
        {"team": {"members": {"²": {"name": "x"}, "9" * 5000: {"name": "y"}}, "members-²": {"name": "x"}}},
        {"team": {"members": {"0": "x", "1": ["y"]}, "emails": {"0": {"a": "b"}}, "_sort_emails": [1, None]}},
        {"team": {"title": 5, "size": 7, "open": True, "members": [{"name": "a"}, {"name": None}]}},
        {"team": {"title": None, "_sort_members": "new", "_target": 3}, "_target": "text"},
    ],
)
def test_odd_parameters_do_no_harm(odd: dict[str, Any]) -> None:
    form = to_form(TeamForm, odd)
    form.validate()
    for field in form:
        str(field())
    assert to_params(form)


def test_json_of_a_hook_will_do() -> None:
    form = to_form(TeamForm, {"team": {"size": 7, "open": True, "members": [{"name": "a"}, {"name": "b"}]}})
    assert form.size.data == 7 and form.open.data is True and names(form) == ["a", "b"]


def test_mistakes_are_explained() -> None:
    class Odd(Form):
        parts = FieldList(StringField(), separator=".")

    with pytest.raises(LiveViewError, match="leave separator out"):
        to_form(Odd)
    with pytest.raises(LiveViewError, match="made by to_form"):
        used(TeamForm().title)
    form = to_form(TeamForm)
    with pytest.raises(LiveViewError, match="is no row"):
        drop_button(form.title)
    with pytest.raises(LiveViewError, match="needs a FieldList"):
        add_button(form.title)
    with pytest.raises(LiveViewError, match='"up" or "down"'):
        move_button(form.members[0], "left")


# -- in a live view ----------------------------------------------------------------------------------------


@pytest.fixture
def form_app() -> Quart:
    app = Quart("forms")
    app.secret_key = "for tests"
    QuartLive(app).route("/", TeamLive)
    return app


async def test_in_a_live_view(form_app: Quart) -> None:
    async with LiveViewTest(form_app, "/") as page:
        await page.change("form", {"team[members][0][name]": "Ann", "team[title]": ""})
        assert page.find("#team_title-error").text == "This field is required."
        await page.click("#team_members-add")
        await page.change("form", {"team[members][1][name]": "Bo"})
        await page.click("#team_members_10000-up")
        assert [e.get("value") for e in parse(page.html).find_all("li [type=text]")] == ["Bo", "Ann"]
        await page.click("#team_members_0-drop")
        await page.submit("form", {"team[title]": "Red", "team[lead][name]": "Jo", "team[size]": "1"})
        assert page.view.assigns.saved["title"] == "Red"
        assert [member["name"] for member in page.view.assigns.saved["members"]] == ["Bo"]
        assert page.view.assigns.saved["colour"] is Colour.RED


async def test_a_post_needs_the_token_of_the_page() -> None:
    app = Quart("posting")
    app.secret_key = "for tests"

    @app.get("/token")
    async def token() -> str:
        return csrf.issue(session)

    @app.post("/save")
    async def save() -> dict[str, Any]:
        return await posted_params()

    client = app.test_client()
    token_text = await (await client.get("/token")).get_data(as_text=True)
    good = await client.post(
        "/save", form={"_csrf_token": token_text, "team[title]": "Red", "team[tags][]": "a"}
    )
    assert await good.get_json() == decode("team[title]=Red&team[tags][]=a")
    assert (await client.post("/save", form={"team[title]": "Red"})).status_code == 403
    assert (await client.post("/save", form={"_csrf_token[]": token_text})).status_code == 403

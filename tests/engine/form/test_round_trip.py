"""The values of a form go to the browser, come back as the browser sends them, and are the same."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from engine.form.form_app import FIELDS, Colour, TeamForm
from hypothesis import given, settings
from hypothesis import strategies as st

from quart_live import JS, to_form
from quart_live.form import TEMPLATE_HELPERS, to_params, used
from quart_live.protocol.events import decode_event
from quart_live.rendering import LiveEnvironment
from quart_live.testing import forms, parse

environment = LiveEnvironment()
environment.globals.update(TEMPLATE_HELPERS, JS=JS())
TEMPLATE = environment.from_string(f"<form>{FIELDS}</form>")

TAGS = ["new", "old", "odd"]
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]))
MEMBER = st.fixed_dictionaries({"name": TEXT, "admin": st.booleans()})
TEAM = st.fixed_dictionaries(
    {
        "title": TEXT.map(str.strip),
        "about": TEXT,
        "size": st.none() | st.integers(),
        "open": st.booleans(),
        "colour": st.sampled_from(Colour),
        "level": st.sampled_from(["low", "high"]),
        "tags": st.sets(st.sampled_from(TAGS)).map(lambda tags: sorted(tags, key=TAGS.index)),
        "lead": MEMBER,
        "members": st.lists(MEMBER, min_size=1, max_size=6),
        "emails": st.lists(TEXT, max_size=4),
    }
)


def as_sent(form: Any, untouched: set[str], **event: Any) -> dict[str, Any]:
    """Return the params of ``form`` as a browser sends them; ``untouched`` inputs are marked."""
    page = parse(TEMPLATE.render(form=form).replace("\r\n", "\n"))
    form_element = page.find("form")
    visible = {e.get("name") for e in form_element.walk() if e.tag != "input" or e.get("type") != "hidden"}
    pairs: list[tuple[str, str]] = []
    for name, value in forms.fields(form_element, {}):
        if name in untouched & visible:
            pairs.append((mark_unused(name), ""))
        pairs.append((name, value))
    payload = {"type": "form", "event": "e", "value": urlencode(pairs), "meta": {}, **event}
    result: dict[str, Any] = decode_event(payload).params
    return result


def mark_unused(name: str) -> str:
    """The client's ``prependFormDataKey(name, "_unused_")``."""
    plain = name.removesuffix("[]")
    return re.sub(r"([^\[\]]+)(\]?$)", r"_unused_\1\2", plain, count=1) + name[len(plain) :]


def inputs(form: Any) -> list[Any]:
    """All fields that are inputs, those of rows and forms inside as well."""
    found: list[Any] = []
    for field in form:
        inside = getattr(field, "entries", None) or getattr(field, "form", None)
        found += inputs(inside) if inside is not None else [] if field.type == "FieldList" else [field]
    return found


def shown(form: Any) -> list[Any]:
    """The inputs that the template shows."""
    return [field for field in inputs(form) if field.type not in ("FormField", "FieldList")]


@settings(max_examples=40)
@given(TEAM, st.data())
def test_round_trip(team: dict[str, Any], chance: st.DataObject) -> None:
    first = to_form(TeamForm, data=team)
    assert first.data == team
    names = [field.name for field in shown(first)]
    untouched = set(chance.draw(st.lists(st.sampled_from(names), unique=True)))

    second = to_form(TeamForm, as_sent(first, untouched, meta={"_target": "team[title]"}))
    assert second.data == team
    assert {field.name for field in shown(second) if not used(field)} == untouched
    assert [field.id for field in shown(second)] == [field.id for field in shown(first)]

    third = to_form(TeamForm, as_sent(second, untouched, meta={"_target": "team[title]"}))
    second.validate(), third.validate()
    assert TEMPLATE.render(form=third) == TEMPLATE.render(form=second)

    by_params = to_form(TeamForm, {**to_params(second), "_target": ["team"]})
    assert by_params.data == team
    assert {field.name for field in shown(by_params) if not used(field)} == untouched


@settings(max_examples=40)
@given(TEAM, st.data())
def test_rows_are_sorted_dropped_and_added_as_a_list_would_be(
    team: dict[str, Any], chance: st.DataObject
) -> None:
    form = to_form(TeamForm, data=team)
    rows = [(member.data["name"], member.id) for member in form.members]
    for _ in range(chance.draw(st.integers(1, 4))):
        params = as_sent(form, set(), meta={"_target": "team[title]"})
        asked = params["team"]
        order = chance.draw(st.permutations(range(len(rows))))
        sort = asked["_sort_members"]
        asked["_sort_members"] = [sort[number] for number in order]
        dropped = chance.draw(st.sets(st.sampled_from(range(len(rows))), max_size=len(rows) - 1))
        asked["_drop_members"] = [str(number) for number in sorted(dropped)]
        expected = [rows[number] for number in order if number not in dropped]
        added = chance.draw(st.booleans()) and len(expected) < 6
        if added:
            asked["_sort_members"].append("new")
        form = to_form(TeamForm, params)
        now = [(member.data["name"], member.id) for member in form.members]
        if added:
            assert now[-1][1] not in {id for _, id in rows}
            expected.append((None, now[-1][1]))
        assert now == expected
        rows = [(name or "", id) for name, id in now]

"""Frames read part by part: each part is joined to the line of the template that it was rendered from."""

from __future__ import annotations

from typing import Any

import pytest
from quart import Quart

from course.lab.app.template_lines import template_lines
from course.lab.link.frames import Frame
from course.stage.parts import MOST_PARTS, PartReader, Places
from quart_live import LiveView, QuartLive

SOURCE = """<h1>{{ title }}</h1>
{% if open %}
  <p>{{ note }}</p>
{% endif %}
<ul>
{% for row in rows|keyed("0") %}
  <li>{% if row[1] %}<b>{{ row[1] }}</b>{% endif %}</li>
{% endfor %}
</ul>"""


class ListLive(LiveView):
    inline_template = SOURCE

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(title="A", open=False, note="n", rows=((1, "one"), (2, "")))


def frame(payload: Any, event: str = "diff", topic: str = "lv:a", who: str = "Alice") -> Frame:
    return Frame(who, "received", event, "diff", topic, payload, 1, "")


def reply(**response: Any) -> Frame:
    return frame({"status": "ok", "response": response}, "phx_reply")


def told(reader: PartReader, places: Places, one: Frame) -> list[tuple[str, int, str]]:
    found = []
    for part in reader.read(one):
        place = places.of(part)
        found.append((part.path, place.line if place else 0, part.value))
    return found


@pytest.fixture
async def places() -> Places:
    app = Quart(__name__)
    app.secret_key = "x" * 40
    live = QuartLive(app)
    live.route("/", ListLive)
    async with app.test_app():
        await app.test_client().get("/")
        known = Places()
        known.learn(template_lines(app))
    return known


def rendered() -> dict[str, Any]:
    return {
        "s": ["<h1>", "</h1>\n", "\n<ul>\n", "\n</ul>"],
        "0": "A",
        "1": "",
        "2": {
            "s": ["\n  <li>", "</li>\n"],
            "k": {"0": {"0": {"s": ["<b>", "</b>"], "0": "one"}}, "1": {"0": ""}, "kc": 2},
        },
    }


@pytest.mark.asyncio
async def test_parts_have_their_lines_from_the_first_page_to_a_moved_entry(places: Places) -> None:
    reader = PartReader()
    join = told(reader, places, reply(rendered=rendered()))
    assert join == [("0", 1, "A"), ("1", 2, ""), ("2[0].0.0", 7, "one"), ("2[1].0", 7, "")]
    assert told(reader, places, frame({"0": "B"})) == [("0", 1, "B")]
    branch = {"1": {"s": ["\n  <p>", "</p>\n"], "0": "n"}}
    assert told(reader, places, reply(diff=branch)) == [("1.0", 3, "n")]
    assert told(reader, places, frame({"1": {"0": "m"}})) == [("1.0", 3, "m")]
    # The first entry has moved to the end, and changed inside: what stood there goes with it.
    moved = {"2": {"k": {"0": 1, "1": [0, {"0": {"0": "uno"}}], "kc": 2}}}
    assert told(reader, places, frame(moved)) == [("2[1].0.0", 7, "uno")]
    assert told(reader, places, frame({"2": {"k": {"1": {"0": {"0": "due"}}, "kc": 2}}})) == [
        ("2[1].0.0", 7, "due")
    ]


@pytest.mark.asyncio
async def test_statics_that_a_message_shares_and_components_are_found(places: Places) -> None:
    reader = PartReader()
    page = rendered()
    shared = {"0": page["2"]["s"]}
    page["2"]["s"] = 0
    assert told(reader, places, reply(rendered={**page, "p": shared}))[-1] == ("2[1].0", 7, "")
    inside = {"c": {"1": {"s": ["<b>", "</b>"], "0": "x", "r": 1}, "2": {"s": 1, "0": "y", "r": 1}}}
    assert told(reader, places, frame(inside)) == [("component 1: 0", 7, "x"), ("component 2: 0", 7, "y")]
    assert told(reader, places, frame({"c": {"2": {"0": "z"}}})) == [("component 2: 0", 7, "z")]


def test_people_and_views_are_told_apart_and_what_is_no_diff_has_no_parts() -> None:
    reader, places = PartReader(), Places()
    reader.read(reply(rendered={"s": ["a", "b"], "0": "x"}))
    (own,) = reader.read(frame({"0": "y"}))
    (other,) = reader.read(frame({"0": "y"}, who="Bob"))
    assert (own.statics, other.statics) == (("a", "b"), None)
    assert places.of(own) is None and places.of(other) is None
    for strange in ({}, None, "text", {"e": [["x", {}]]}, {"0": 5}, {"2": {"k": {"kc": 0}}}):
        reader.read(frame(strange))
        reader.read(frame(strange, "phx_reply"))
    many = {str(number): "x" for number in range(200)}
    assert len(reader.read(frame(many))) == MOST_PARTS


def test_the_app_is_asked_about_a_template_once() -> None:
    reader, places = PartReader(), Places()
    parts = reader.read(reply(rendered={"s": ["a", "b"], "0": "x"}))
    assert not places.wanted
    places.see(parts)
    assert places.wanted
    places.learn([])
    assert not places.wanted
    places.see(reader.read(frame({"0": "y"})))
    assert not places.wanted, "it has said all that it knows"
    places.see(reader.read(reply(rendered={"s": ["c", "d"], "0": "x"})))
    assert places.wanted

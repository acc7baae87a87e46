"""Half a character costs nothing but itself: it is U+FFFD where it is read, and where it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from quart import Quart
from support.raw import open_page

from quart_live import JS, LiveView, LiveViewTest, QuartLive
from quart_live.protocol.frames import parse_text
from quart_live.protocol.tokens import SessionClaims, Tokens
from quart_live.pubsub.codec import CODEC
from quart_live.testing import ChosenFile, parse
from quart_live.wellformed import dumps, loads, well_formed

HALF, BAD = "\ud83d", "�"
any_text = st.text(st.characters(codec=None), max_size=20)


@dataclass(frozen=True)
class Item:
    id: str
    text: str


class EchoLive(LiveView):
    inline_template = """<h1 title="{{ said }}">{{ said }}</h1><p>{{ JS.push("x", value={"v": said}) }}</p>
    <form phx-change="change">{{ live_file_input(uploads.doc) }}</form>
    {% for entry in uploads.doc.entries %}<b>{{ entry.client_name }}</b>{% endfor %}
    <ul id="items" phx-update="stream">{% for dom_id, item in streams.items %}
    <li id="{{ dom_id }}">{{ item.text }}</li>{% endfor %}</ul>
    {{ live_render("InnerLive", id="inner", session={"said": said}) }}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.allow_upload("doc", accept="any")
        self.assign(said=self.connect_params.get("said", params.get("said", "nothing")))
        self.stream("items", [])
        await self.subscribe("items")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(said=params.get("said", self.assigns.said))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        said = json.dumps(params, ensure_ascii=False)
        match event:
            case "assign":
                self.assign(said=HALF + "a", page_title=HALF)
                self.put_flash("info", HALF)
                self.push_event(HALF, {HALF: [HALF, (HALF,)]})
                return {"reply": HALF}
            case "broadcast":
                await self.pubsub.broadcast("items", Item("1", HALF))
            case "went":
                self.push_patch(f"/?said={params['x']}")
            case _:
                self.assign(said=f"{event} {said}")
        return None

    def handle_info(self, message: Any) -> None:
        self.stream_insert("items", message)


class InnerLive(LiveView):
    inline_template = "<i>{{ said }}</i>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(said=session["said"])


class BadPageLive(LiveView):
    inline_template = (
        "<h1 title='{{ text }}'>{{ text }}</h1>{{ live_render('InnerLive', session={'said': text}) }}"
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(text=HALF, page_title=HALF)
        self.put_flash("info", HALF)


@pytest.fixture
def app() -> Quart:
    app = Quart("well_formed")
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/", EchoLive)
    live.route("/bad", BadPageLive)
    return app


PAYLOADS: list[dict[str, Any]] = [
    {"type": "click", "event": "e", "value": {"x": HALF, HALF: "y", "value": "a" + HALF}},
    {"type": "keydown", "event": "e", "value": {"key": HALF}},
    {"type": "hook", "event": "e", "value": [HALF, {"deep": [HALF + "😀"]}]},
    {"type": "form", "event": "e", "value": "a=%ED%A0%BD", "meta": {"_target": f"a[{HALF}]", HALF: HALF}},
    {"type": "click", "event": "e" + HALF, "value": {}},
    {"type": "form", "event": "e", "value": "a=" + HALF},
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_half_a_character_in_an_event_reaches_the_view_as_a_whole_one(
    app: Quart, payload: dict[str, Any]
) -> None:
    async with LiveViewTest(app, "/") as page:
        channel = page.channel
        await page.exchange("event", payload)
        said = page.find("h1").text
        assert said.startswith("e")
        assert BAD in said
        assert page.channel is channel, "the connection and the view are the same"


async def test_half_a_character_in_what_was_chosen_and_where_one_is(app: Quart) -> None:
    async with LiveViewTest(app, "/") as page:
        await page.file_input("doc").choose(ChosenFile(f"{HALF}.png", b"x"))
        assert page.find("b").text == f"{BAD}.png"
        await page.exchange("live_patch", {"url": f"http://localhost/?said={HALF}"})
        assert page.find("h1").text == BAD
        await page.exchange("live_patch", {"url": "http://localhost/?said=%ED%A0%BD"})
        assert BAD in page.find("h1").text
        await page.push("went", {"x": HALF})
        assert page.find("h1").text == BAD


async def test_a_join_with_half_a_character_is_let_in(app: Quart) -> None:
    async with LiveViewTest(app, "/", connect_params={"said": HALF, "list": [HALF]}) as page:
        assert page.find("h1").text == BAD
        assert page.view.connect_params["list"] == [BAD]
    raw = await open_page(app, "/")
    _, answer = await raw.join(f"/?said={HALF}")
    assert answer["status"] == "ok"
    await raw.socket.close()


async def test_what_the_view_has_cut_itself_is_sent_well_formed(app: Quart) -> None:
    async with LiveViewTest(app, "/") as page, LiveViewTest(app, "/") as other:
        assert await page.hook("assign") == {"reply": BAD}
        assert (page.find("h1").text, page.find("h1").get("title")) == (BAD + "a", BAD + "a")
        assert (page.title, page.events[-1]) == (BAD, (BAD, {BAD: [BAD, [BAD]]}))
        assert (await page.child("inner")).find("i").text in (BAD + "a", "nothing")
        await page.push("broadcast")
        for viewer in (page, other):
            await viewer.until(lambda viewer=viewer: viewer.find("li").text == BAD)  # type: ignore[misc]
    response = await app.test_client().get("/bad")
    shown = parse(await response.get_data(as_text=True))
    assert response.status_code == 200
    assert (shown.find("h1").text, shown.find("title").text, shown.find("i").text) == (BAD, BAD, BAD)
    async with LiveViewTest(app, "/bad") as page:
        assert page.find("h1").text == BAD


def test_frames_messages_and_commands() -> None:
    text = r'["1","2","lv:x","event",{"a":"\ud83d","b":"\\ud83d","c":"\ud83d\ude00","d":"\ude00\ud83d"}]'
    assert parse_text(text).payload == {"a": BAD, "b": "\\ud83d", "c": "😀", "d": BAD + BAD}
    tokens = Tokens(lambda: ["key"])
    assert tokens.read_flash(tokens.sign_flash({"info": HALF})) == {"info": BAD}
    claims = tokens.read_session(tokens.sign_session(SessionClaims("x", "View", session={"a": HALF})))
    assert claims is not None
    assert claims.session == {"a": BAD}
    assert CODEC.decode(CODEC.encode({"a": [HALF]})) == {"a": [BAD]}
    assert str(JS().push("x", value={"v": HALF})) == f'[["push",{{"event":"x","value":{{"v":"{BAD}"}}}}]]'


@given(any_text)
@example("\ude00\ud83d")
@example("\\ud83d\ud83d\ude00")
def test_reading_and_writing_any_text(text: str) -> None:
    fine = well_formed(text)
    fine.encode()
    assert well_formed(fine) == fine
    assert loads(json.dumps(text)) == fine
    assert orjson.loads(dumps([text, {text: text}])) == [fine, {fine: fine}]

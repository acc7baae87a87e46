"""Random frames over the socket: no traceback for the client, no dead server."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from engine.app import NO_RATES, make_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quart import Quart
from support.leftovers import assert_nothing_left
from support.raw import Page, open_page

from quart_live import LiveViewTest, QuartLive
from quart_live.testing import SocketClosedError

FRAMES = 6000
TOO_MANY = "too many"
ANSWERS = {"phx_reply", "phx_error", "phx_close", "diff", "live_patch", "live_redirect", "redirect"}
LEAKS = ("Traceback", "Error(", ".py", "secret detail", "RuntimeError")

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
EVENTS = ["phx_join", "phx_leave", "event", "live_patch", "heartbeat", "cids_destroyed", "allow_upload", "x"]

NAMES = [
    "increment",
    "add",
    "title",
    "push",
    "reply",
    "crash",
    "flash",
    "patch",
    "navigate",
    "redirect",
    "later",
]
NAMES += ["broadcast", "broadcast_from", "lv:clear-flash", "", "🙂"]
VALUES: list[Any] = [{}, {"by": "2"}, {"by": "x"}, {"to": "/counter?n=2"}, {"to": "//x"}, {"to": "/form"}]
VALUES += ["a[b]=1", {"message": 3}, {"name": "<i>"}, {"text": "t"}, {"title": 5}, None, []]


class Sender:
    """Makes frames at random, from plausible to absurd, out of order and with wrong refs."""

    def __init__(self, page: Page, seed: int) -> None:
        self.page = page
        self.random = random.Random(seed)
        self.refs = 0

    def frame(self) -> str:
        choice = self.random.choice
        self.refs += 1
        join_ref = choice([None, "1", str(self.refs), str(self.refs - 1), str(self.random.randrange(50))])
        topic = choice([self.page.topic(), self.page.topic(), "phoenix", "lv:nobody", "lvu:0", "x"])
        event = choice(EVENTS)
        return json.dumps([join_ref, choice([str(self.refs), None]), topic, event, self.payload(event)])

    def payload(self, event: str) -> Any:
        choice = self.random.choice
        if self.random.random() < 0.15:
            return choice([None, [], 5, "x", {}, {"event": None}, {"params": 7}, [[]]])
        if event == "phx_join":
            address = choice(
                ["/counter", "/counter?n=1", "/counter?n=x", "/form", "/rooms/500", "//", "/%00", 5]
            )
            key = choice(["url", "url", "redirect"])
            payload = self.page.payload("/counter", url=...)
            payload[key] = f"http://localhost{address}"
            payload[choice(["session", "static", "params", "z"])] = choice([None, "", "x.y.z", {}, []])
            return payload if self.random.random() < 0.6 else self.page.payload("/counter")
        if event == "live_patch":
            return {
                "url": choice(
                    ["http://localhost/counter?n=3", "http://localhost/form", "/counter?n=x", "", None]
                )
            }
        value, name = choice(VALUES), choice(NAMES)
        kind = choice(["click", "form", "hook", "keydown", None, 5])
        return {
            "type": kind,
            "event": name,
            "value": value,
            "meta": choice([None, {}, {"_target": "a[b]"}, 5]),
        }


async def check(page: Page) -> None:
    """All that was answered is of the protocol and tells nothing of the inside."""
    for way, text in page.socket.frames:
        if way == "<":
            frame = json.loads(text)
            assert len(frame) == 5
            assert frame[3] in ANSWERS
            if frame[3] in ("phx_reply", "phx_error"):
                assert not any(leak in text for leak in LEAKS), text


@pytest.fixture
async def app(app: Quart) -> Quart:
    """One that lets everything through to the views, however quickly it comes."""
    app.config.update(NO_RATES)
    return app


async def test_thousands_of_random_frames(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/counter")
    sender = Sender(page, seed=7)
    joined = 0
    async with LiveViewTest(app, "/form") as bystander:
        for number in range(FRAMES):
            page.socket.send_text(sender.frame())
            if number % 50 == 0:
                await page.socket.heartbeat()
                joined += any(channel.browser is not bystander.channel.browser for channel in live.channels)
        assert (await page.socket.heartbeat())["status"] == "ok"
        assert joined > 10, "the frames are too absurd to get anywhere"
        assert not any(TOO_MANY in text for _, text in page.socket.frames), "they were not let through"
        await bystander.change("form", {"user[name]": "still here"})
        assert "still here" in bystander.find("#got").text
    await check(page)
    await page.socket.close()
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)


async def test_thousands_of_damaged_frames(app: Quart, live: QuartLive) -> None:
    """Good frames with bytes changed, cut or doubled: an answer or a closed socket, then a new one works."""
    chance = random.Random(11)
    page = await open_page(app, "/counter")
    closed = 0
    for number in range(2000):
        text = Sender(page, number).frame()
        at, other = chance.randrange(len(text)), chance.randrange(len(text))
        wrong = chance.choice('"[]{},:\\0\u0000\ud83d')
        text = chance.choice(
            [text[:at] + text[other:], text[:at] + wrong + text[at + 1 :], text[:at], text * 2]
        )
        page.socket.send_text(text)
        try:
            await page.socket.heartbeat()
        except SocketClosedError as error:
            assert error.code == 1007
            closed += 1
            await check(page)
            page = await open_page(app, "/counter")
    assert closed > 100
    await page.socket.close()
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(EVENTS), junk), min_size=1, max_size=10))
async def test_any_payload(messages: list[tuple[str, Any]]) -> None:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    for number, (event, payload) in enumerate(messages):
        page.socket.send(ref, str(1000 + number), page.topic(), event, payload)
    assert (await page.socket.heartbeat())["status"] == "ok"
    await check(page)
    await page.socket.close()
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)

"""What one browser may ask for: joins, depth, fields, unread frames. Others notice nothing."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import weakref
from typing import Any

import pytest
from engine.app import make_app
from hypothesis import given
from hypothesis import strategies as st
from quart import Quart
from support.connections import Connections
from support.leftovers import assert_nothing_left
from support.raw import open_page
from support.servers import browser, click, get, serving
from support.sockets import socket_under

from quart_live import LiveViewTest, LocalPubSub, QuartLive
from quart_live.protocol.frames import parse_text
from quart_live.protocol.json_depth import is_too_deep
from quart_live.runtime.recently import Recently
from quart_live.settings import Settings
from quart_live.socket.limits import SlowReader, TokenBucket
from quart_live.testing import SocketClosedError

json_values = st.recursive(
    st.none() | st.text(max_size=5) | st.integers(-5, 5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(json_values, st.integers(0, 6))
def test_depth_is_measured_as_defined(value: Any, limit: int) -> None:
    def depth(value: Any) -> int:
        if not isinstance(value, list | dict):
            return 0
        children = value.values() if isinstance(value, dict) else value
        return 1 + max((depth(child) for child in children), default=0)

    assert is_too_deep(json.dumps(value), value, limit) == (depth(value) > limit)


@pytest.mark.parametrize(("depth", "welcome"), [(62, True), (64, False), (500, False), (1500, False)])
async def test_deep_json_closes_the_socket(app: Quart, depth: int, welcome: bool) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    value = "[" * depth + "]" * depth
    page.socket.send_text(f'["{ref}","9","{page.topic()}","nonsense",{value}]')
    if welcome:
        assert (await page.socket.reply_to("9"))["status"] == "error"
        await page.socket.close()
    else:
        with pytest.raises(SocketClosedError) as closed:
            await page.socket.receive()
        assert closed.value.code == 1007


@pytest.mark.parametrize("depth", [64, 500, 1500])
async def test_deep_json_in_an_event_costs_the_event(app: Quart, depth: int) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    value = "[" * depth + "]" * depth
    page.socket.send_text(f'["{ref}","9","{page.topic()}","event",{{"event":"increment","value":{value}}}]')
    assert (await page.socket.reply_to("9"))["status"] == "error"
    assert (await page.socket.heartbeat())["status"] == "ok"
    await page.socket.close()


@pytest.mark.parametrize("depth", [64, 1500])
async def test_a_join_that_cannot_be_read_is_refused(
    app: Quart, depth: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Not closed: the client would open its socket again at once, hundreds of times in ten seconds."""
    page = await open_page(app, "/counter")
    value = "[" * depth + "]" * depth
    page.socket.send_text(f'["1","1","{page.topic()}","phx_join",{{"params":{value}}}]')
    assert await page.socket.reply_to("1") == {"status": "error", "response": {"reason": "refused"}}
    assert f"Refused the join of {page.topic()}: nested too deep" in caplog.text
    await page.socket.close()


async def test_a_join_that_is_too_long_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    page = await open_page(make_app(LIVE_MAX_FRAME_BYTES=5000), "/counter")
    page.socket.send_text(f'["1","1","{page.topic()}","phx_join",{{"params":"{"x" * 5000}"}}]')
    assert await page.socket.reply_to("1") == {"status": "error", "response": {"reason": "refused"}}
    assert f"Refused the join of {page.topic()}: it is too long" in caplog.text
    await page.socket.close()


def test_many_brackets_in_text_are_not_depth() -> None:
    text = json.dumps([None, "1", "lv:x", "event", {"value": "[{" * 10_000}])
    assert parse_text(text).payload["value"].startswith("[{[{")


@pytest.mark.parametrize("number", ["1e400", "-1e999", "1" + "0" * 400])
async def test_infinite_numbers_are_no_json(app: Quart, number: str) -> None:
    page = await open_page(app, "/counter")
    page.socket.send_text(f'[null,"1","phoenix","heartbeat",{{"n":{number}}}]')
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1007


@pytest.mark.parametrize("number", ["18446744073709551616", "-9223372036854775809", "1e308", "0.1e-400"])
async def test_huge_numbers_reach_the_view_as_numbers(app: Quart, number: str) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    payload = f'{{"type":"hook","event":"reply","value":{{"n":{number}}}}}'
    page.socket.send_text(f'["{ref}","9","{page.topic()}","event",{payload}]')
    answer = await page.socket.reply_to("9")
    assert answer["response"]["diff"]["r"]["got"]["n"] == float(number)
    await page.socket.close()


@pytest.mark.parametrize(
    "path", ["/rooms/" + "9" * 5000, "/rooms/" + "9" * 30, "/rooms/1?sort=" + "[a]" * 5000]
)
async def test_absurd_addresses_hurt_nobody(app: Quart, live: QuartLive, path: str) -> None:
    page = await open_page(app, "/rooms/1")
    _, answer = await page.join("/rooms/1", url=f"http://localhost{path}")
    assert answer["status"] in ("ok", "error")
    assert "Traceback" not in str(answer)
    ref, answer = await page.join("/rooms/1")
    page.socket.send(ref, "80", page.topic(), "live_patch", {"url": f"http://localhost{path}"})
    await page.socket.reply_to("80")
    assert (await page.socket.heartbeat())["status"] == "ok"
    await page.socket.close()


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("&".join(f"a{n}=1" for n in range(20)), "ok"),
        ("&".join(f"a{n}=1" for n in range(21)), "error"),
        ("user" + "[a]" * 5000 + "=1", "ok"),
        ("user" + "[]" * 5000 + "=1", "ok"),
        ("&".join("user" + "[a]" * depth + "=1" for depth in range(20)), "ok"),
    ],
)
async def test_form_fields_and_their_depth_are_bounded(value: str, status: str) -> None:
    app = make_app(LIVE_MAX_FORM_FIELDS=20)
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    payload = {"type": "form", "event": "reply", "value": value, "meta": {"_target": "user" + "[a]" * 5000}}
    page.socket.send(ref, "80", page.topic(), "event", payload)
    answer = await page.socket.reply_to("80")
    assert answer["status"] == status
    if status == "ok":
        got = answer["response"]["diff"]["r"]["got"]
        assert not is_too_deep(json.dumps(got), got, 40)
        assert len(got["_target"]) == 1
    await page.socket.close()


def test_token_bucket() -> None:
    bucket = TokenBucket(rate=2, burst=3)
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(100.5), bucket.take(100.5)] == [True, False]
    assert [bucket.take(1000) for _ in range(4)] == [True, True, True, False]


def test_recently() -> None:
    recently = Recently(seconds=60, most=2)
    assert [recently.is_first("a", 0), recently.is_first("a", 60), recently.is_first("a", 121)] == [
        True,
        False,
        True,
    ]
    assert recently.is_first("b", 121)
    assert recently.is_first("c", 121)  # "a" is forgotten: the memory is bounded
    assert recently.is_first("a", 121)
    assert len(recently) == 2


async def test_join_rate_is_limited_per_socket() -> None:
    app = make_app(LIVE_JOIN_RATE=0.0001, LIVE_JOIN_BURST=2)
    page = await open_page(app, "/counter")
    for _ in range(2):
        assert (await page.join("/counter"))[1]["status"] == "ok"
    _, answer = await page.join("/counter")
    assert answer == {"status": "error", "response": {"reason": "too many joins"}}
    other = await open_page(app, "/counter")
    assert (await other.join("/counter"))[1]["status"] == "ok"
    await page.socket.close()
    await other.socket.close()


async def test_mailbox_overflow_ends_that_view_alone(live: QuartLive) -> None:
    app = make_app(LIVE_MAILBOX_LIMIT=10)
    live = app.extensions["quart_live"]
    async with LiveViewTest(app, "/slow") as slow, LiveViewTest(app, "/counter") as counter:
        for number in range(12):
            await live.pubsub.broadcast("slow", number)
        from engine.app import SlowLive

        SlowLive.gate.set()
        await slow.until(lambda: slow.crashed)
        await counter.push("increment")
        assert counter.find("h1").text == "1"
        await slow.rejoin()


def test_all_settings_can_be_set() -> None:
    app = make_app(LIVE_ALLOWED_ORIGINS="https://one.example", LIVE_JOIN_RATE="3.5", LIVE_MAX_CHANNELS="7")
    settings = Settings.of(app)
    assert settings.allowed_origins == ("https://one.example",)
    assert (settings.join_rate, settings.max_channels, settings.reload) == (3.5, 7, False)
    documented = Settings.__module__ and __import__("quart_live.settings").settings.__doc__
    for name in Settings.__slots__:
        assert f"`LIVE_{name.upper()}`" in documented


# -- slow readers ------------------------------------------------------------------------------------------


async def test_slow_reader_by_time() -> None:
    cut: list[str] = []
    reader = SlowReader(0.05, 1000, cut.append)
    reader.begins(10)
    reader.ends(10)
    reader.begins(10)
    while not cut:  # noqa: ASYNC110 - a timer is waited for, and pytest's timeout ends it otherwise
        await asyncio.sleep(0.005)
    assert cut == ["it has read nothing for 0.05 seconds"]


async def test_slow_reader_by_bytes_but_a_single_frame_always_may_wait() -> None:
    cut: list[str] = []
    reader = SlowReader(60, 1000, cut.append)
    reader.begins(5000)
    assert cut == []
    reader.ends(5000)
    assert reader.waiting == 0
    reader.begins(600)
    reader.begins(600)
    assert cut == ["1200 bytes wait for it"]
    reader.stop()


async def test_slow_reader_holds_nothing_once_its_socket_is_closed() -> None:
    """A view that is about to end may still send; no timer may keep its socket in memory for that."""

    class Peer:
        def cut_off(self, reason: str) -> None:
            raise AssertionError(reason)

    peer = Peer()
    gone = weakref.ref(peer)
    reader = SlowReader(60, 1000, peer.cut_off)
    reader.stop()
    reader.begins(10)
    reader.ends(10)
    del reader, peer
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize("path", ["/counter", "/slow"])
async def test_browser_that_does_not_read_is_cut_off_and_nobody_else_notices(path: str) -> None:
    app = make_app(LIVE_SEND_TIMEOUT=0.1, LIVE_LEAVE_TIMEOUT=0.1)
    from engine.app import SlowLive

    SlowLive.gate.set()
    live: QuartLive = app.extensions["quart_live"]
    connections = Connections(app)
    page = await open_page(app, path)
    await page.join(path)
    connections.last.hold()
    async with LiveViewTest(app, path) as other:
        topic = path.removeprefix("/")
        await live.pubsub.broadcast(topic, 1)
        await live.pubsub.broadcast(topic, 2)
        await other.settle()  # while the deaf one still waits
        assert "2" in other.text
        await page.socket.ended()
        await other.push("increment" if path == "/counter" else "more")
        while len(live.runtime.open_hosts) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert_nothing_left(live)


async def test_deaf_browser_does_not_hold_up_the_end_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quart_live.socket.sender.CLOSE_SECONDS", 0.05)
    app = make_app(LIVE_LEAVE_TIMEOUT=0.1)
    live: QuartLive = app.extensions["quart_live"]
    connections = Connections(app)
    page = await open_page(app, "/counter")
    await page.join("/counter")
    deaf = connections.last
    deaf.hold()
    before = len(deaf.asked)
    async with asyncio.timeout(5):
        await live.shutdown()
    await page.socket.ended()
    assert deaf.asked[before:] == ["websocket.close"]
    assert_nothing_left(live)


async def test_slow_reader_over_tcp_is_cut_off() -> None:
    """A real connection whose peer stops reading: kernel and server buffers fill, then the socket goes."""
    app = make_app(LIVE_SEND_TIMEOUT=0.3, LIVE_LEAVE_TIMEOUT=0.5)
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, browser(server, "/counter") as (reading, topic):
        await get(server.address + "/counter")
        async with browser(server, "/counter") as (deaf, deaf_topic):
            transport = deaf.transport
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            transport.pause_reading()
            channel = next(c for c in live.channels if c.topic == deaf_topic)
            filler = "x" * 200_000
            while not socket_under(live, channel).waiting_bytes:
                assert channel.view is not None
                channel.view.assign(count=filler + str(len(filler)))
                channel.view.send_self("a message")
                filler += "x"
                await asyncio.sleep(0)
            assert (await click(reading, topic, "2", "increment"))[4]["response"] == {"diff": {"0": "1"}}
            async with asyncio.timeout(10):
                await channel.ended()
            assert len(live.sockets) == 1
            assert (await click(reading, topic, "3", "increment"))[4]["response"] == {"diff": {"0": "2"}}
            transport.abort()
    assert isinstance(live.pubsub, LocalPubSub)
    assert_nothing_left(live)

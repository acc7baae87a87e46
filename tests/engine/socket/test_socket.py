"""The socket below the views: handshake, heartbeat, joins and leaves, limits, bad frames."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import Any

import pytest
from engine.app import make_app
from quart import Quart
from support.connections import Connections
from support.leftovers import assert_nothing_left
from support.listener import until
from support.raw import open_page

from quart_live import LiveViewTest, QuartLive
from quart_live.testing import SocketClosedError, TestSocket


async def test_heartbeat(app: Quart) -> None:
    page = await open_page(app, "/counter")
    page.socket.send_text('[null,"9","phoenix","heartbeat",{}]')
    assert await page.socket.receive() == [
        None,
        "9",
        "phoenix",
        "phx_reply",
        {"status": "ok", "response": {}},
    ]
    await page.socket.close()


async def test_pitfall_20_heartbeat_is_answered_while_a_view_is_busy(app: Quart) -> None:
    page = await open_page(app, "/slow")
    ref, _ = await page.join("/slow")
    page.socket.send(ref, "90", page.topic(), "event", {"type": "click", "event": "a", "value": {}})
    await page.socket.heartbeat()
    assert '"90"' not in page.socket.frames[-1][1]
    _gate(app).set()
    await page.socket.reply_to("90")
    await page.socket.close()


async def test_pitfall_17_unknown_query_keys_are_ignored(app: Quart) -> None:
    query = {"_mounts": "0", "_live_referer": "undefined", "_track_static[0]": "http://x/y.js", "": ""}
    socket = TestSocket(app, query=query)
    await socket.connect()
    assert (await socket.heartbeat())["status"] == "ok"
    await socket.close()


@pytest.mark.parametrize(
    ("origin", "allowed", "welcome"),
    [
        (None, (), True),
        ("http://localhost", (), True),
        ("https://localhost", (), True),
        ("http://localhost:80", (), True),
        ("http://evil.example", (), False),
        ("http://localhost.evil.example", (), False),
        ("http://localhost:8080", (), False),
        ("null", (), False),
        ("http://[", (), False),
        ("", (), False),
        ("http://evil.example", ("http://evil.example",), True),
        ("http://evil.example", ("*",), True),
    ],
)
async def test_origin(origin: str | None, allowed: tuple[str, ...], welcome: bool) -> None:
    app = make_app(LIVE_ALLOWED_ORIGINS=allowed)
    socket = TestSocket(app)
    if origin is not None:
        socket.scope["headers"].append((b"origin", origin.encode()))
    if welcome:
        await socket.connect()
        await socket.close()
    else:
        with pytest.raises(SocketClosedError):
            await socket.connect()


async def test_other_protocol_version_is_refused(app: Quart) -> None:
    socket = TestSocket(app)
    socket.scope["query_string"] = b"vsn=1.0.0"
    with pytest.raises(SocketClosedError):
        await socket.connect()


async def test_other_sockets_belong_to_the_app(app: Quart) -> None:
    @app.websocket("/own")
    async def own() -> None:
        from quart import websocket

        await websocket.accept()
        await websocket.send('["from the app"]')

    socket = TestSocket(app, path="/own")
    await socket.connect()
    assert await socket.receive() == ["from the app"]


async def test_leave_closes_and_answers(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    topic = page.topic()
    page.socket.send(ref, "50", topic, "phx_leave", {})
    assert await page.socket.receive() == [ref, ref, topic, "phx_close", {}]
    assert await page.socket.receive() == [ref, "50", topic, "phx_reply", {"status": "ok", "response": {}}]
    assert live.channels == ()
    await page.socket.close()


async def test_leave_of_an_unknown_topic_is_ok(app: Quart) -> None:
    page = await open_page(app, "/counter")
    page.socket.send("3", "50", "lv:nobody", "phx_leave", {})
    assert (await page.socket.reply_to("50")) == {"status": "ok", "response": {}}
    await page.socket.close()


async def test_duplicate_join_replaces_the_view(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/counter")
    first, _ = await page.join("/counter")
    (channel,) = live.channels
    second, answer = await page.join("/counter")
    assert answer["status"] == "ok"
    await channel.ended()
    closed = f'["{first}","{first}","{page.topic()}","phx_close",{{}}]'
    assert closed in [text for _, text in page.socket.frames]
    assert [joined.join_ref for joined in live.channels] == [second]
    await page.socket.close()


async def test_pitfall_12_messages_of_an_earlier_join_are_ignored(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/counter")
    first, _ = await page.join("/counter")
    second, _ = await page.join("/counter")
    increment = {"type": "click", "event": "increment", "value": {}}
    page.socket.send(first, "60", page.topic(), "event", increment)
    page.socket.send(None, "61", page.topic(), "event", increment)
    page.socket.send(first, "62", page.topic(), "phx_leave", {})
    assert (await page.socket.reply_to("62"))["status"] == "ok"
    assert (await page.event(second, "increment"))["response"] == {"diff": {"0": "1"}}
    assert not [text for _, text in page.socket.frames if text.startswith(f'["{first}","60"')][1:]
    await page.socket.close()


async def test_pitfall_12_leave_and_join_of_one_topic_may_overlap(app: Quart, live: QuartLive) -> None:
    page = await open_page(app, "/slow")
    first, _ = await page.join("/slow")
    page.socket.send(first, "70", page.topic(), "event", {"type": "click", "event": "a", "value": {}})
    page.socket.send(first, "71", page.topic(), "phx_leave", {})
    page.socket.send(first, "72", page.topic(), "event", {"type": "click", "event": "b", "value": {}})
    assert (await page.socket.reply_to("72"))["response"] == {"reason": "unmatched topic"}
    second, answer = await page.join("/slow")  # while the old view is still at work
    assert answer["status"] == "ok"
    _gate(app).set()
    assert (await page.socket.reply_to("71"))["status"] == "ok"
    assert [channel.join_ref for channel in live.channels] == [second]
    await page.socket.close()


async def test_event_before_the_leave_is_still_handled(app: Quart) -> None:
    """The user's last act must not be lost because they go elsewhere."""
    page = await open_page(app, "/slow")
    ref, _ = await page.join("/slow")
    page.socket.send(ref, "70", page.topic(), "event", {"type": "click", "event": "a", "value": {}})
    page.socket.send(ref, "71", page.topic(), "event", {"type": "click", "event": "b", "value": {}})
    page.socket.send(ref, "72", page.topic(), "phx_leave", {})
    _gate(app).set()
    for number in ("70", "71", "72"):
        assert (await page.socket.reply_to(number))["status"] == "ok"
    await page.socket.close()


async def test_channels_per_socket_are_limited() -> None:
    app = make_app(LIVE_MAX_CHANNELS=1)
    page = await open_page(app, "/plain")
    await page.join("/plain", "#one")
    _, answer = await page.join("/plain", "#two")
    assert answer == {"status": "error", "response": {"reason": "too many channels joined"}}
    _, answer = await page.join("/plain", "#one")  # the same again replaces, it adds nothing
    assert answer["status"] == "ok"
    await page.socket.close()


@pytest.mark.parametrize(
    "text",
    [
        *["", "x", "{}", "[]", "null", "1", '"x"', "[1,2,3,4]", "[" * 100_000],
        '["1","2","lv:x","event",{},1]',
        '["1",2,"lv:x","e",{}]',
        '[[],"2","lv:x","e",{}]',
        '["1","2",null,"e",{}]',
        '["1","2","","e",{}]',
        '["1","2","lv:x",{},{}]',
        '["1","2","lv:x","e",NaN]',
        '["1","2","' + "x" * 300 + '","e",{}]',
        '["' + "1" * 65 + '","2","lv:x","e",{}]',
    ],
)
async def test_malformed_frame_closes_the_socket(app: Quart, live: QuartLive, text: str) -> None:
    page = await open_page(app, "/counter")
    await page.join("/counter")
    page.socket.send_text(text)
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1007
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\x01\x00\x00\x00\x00",
        b"\x00\xff\xff\xff\xffabc",
        b"\x00\x01\x01\x01\x01\xff\xff\xff\xff",
        b"\x00\x00\x00\x00\x00data",
    ],
)
async def test_malformed_binary_frame_closes_the_socket(app: Quart, data: bytes) -> None:
    page = await open_page(app, "/counter")
    page.socket.send_bytes(data)
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1007


async def test_binary_frame_of_an_unknown_topic_gets_an_answer(app: Quart) -> None:
    page = await open_page(app, "/counter")
    page.socket.send_bytes(b"\x00\x01\x01\x05\x05" + b"12" + b"lvu:0" + b"chunk" + b"\x00\xff")
    assert await page.socket.reply_to("2") == {"status": "error", "response": {"reason": "unmatched topic"}}
    await page.socket.close()


@pytest.mark.parametrize("char", ["x", "é", "😀"])
async def test_oversized_frame_closes_the_socket(char: str) -> None:
    app = make_app(LIVE_MAX_FRAME_BYTES=1000)
    page = await open_page(app, "/counter")
    frame = '[null,"1","phoenix","heartbeat",{"x":"%s"}]'
    room = 1000 - len(frame) + 2
    fits = char * (room // len(char.encode()))
    page.socket.send_text(frame % fits)
    assert (await page.socket.reply_to("1"))["status"] == "ok"
    page.socket.send_text(frame % (fits + char + "xxxx"))
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1009


async def test_an_event_that_is_too_long_is_told_to_its_view(caplog: pytest.LogCaptureFixture) -> None:
    """Not read, but answered: else the form would stay locked, or be recovered over and over again."""
    async with LiveViewTest(make_app(LIVE_MAX_FRAME_BYTES=1000), "/counter") as page:
        secret = "secret" * 200
        await page.push("increment", {"by": "1", "more": secret})
        assert page.find("h1").text == "0"
        assert page.view.assigns.flash["error"].startswith("This is too long to be sent: 1,")
        assert "characters. At most 1,000 are possible." in page.view.assigns.flash["error"]
        await page.push("increment", {"by": "1"})
        assert page.find("h1").text == "1"
    assert "is too long; see LIVE_MAX_FRAME_BYTES" in caplog.text and "secret" not in caplog.text


@pytest.mark.parametrize(
    "head", ['["1","2","lv:x","live_patch",', '[null,"2","lv:x","event",', '["1","2","l\\\\","event",']
)
async def test_other_long_frames_close_the_socket(head: str) -> None:
    page = await open_page(make_app(LIVE_MAX_FRAME_BYTES=1000), "/counter")
    page.socket.send_text(f'{head}{{"x":"{"x" * 1000}"}}]')
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1009


async def test_idle_socket_is_closed_but_not_with_1000() -> None:
    app = make_app(LIVE_IDLE_TIMEOUT=0.05)
    live: QuartLive = app.extensions["quart_live"]
    page = await open_page(app, "/counter")
    await page.join("/counter")
    with pytest.raises(SocketClosedError) as closed:
        await page.socket.receive()
    assert closed.value.code == 1001
    await live.runtime.open_hosts.wait_until_empty()
    assert_nothing_left(live)


BAD_EVENTS: list[Any] = [
    None,
    [],
    "x",
    5,
    {},
    {"event": 5},
    {"event": None, "type": "click"},
    {"event": "increment", "type": "form"},
    {"event": "increment", "type": "form", "value": {}},
    {"event": "increment", "type": "form", "value": "&" * 20_000},
    {"event": "increment", "type": "click", "value": "x"},
    {"event": "increment", "type": "click", "value": [1]},
    {"event": "increment", "type": "click", "cid": "1"},
    {"event": "increment", "type": "click", "cid": True, "value": {}},
]


@pytest.mark.parametrize("payload", BAD_EVENTS)
async def test_malformed_event_gets_an_error_and_hurts_nobody(app: Quart, payload: Any) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    page.socket.send(ref, "80", page.topic(), "event", payload)
    answer = await page.socket.reply_to("80")
    assert answer["status"] == "error"
    assert "Traceback" not in str(answer)
    assert (await page.event(ref, "increment"))["response"] == {"diff": {"0": "1"}}
    await page.socket.close()


@pytest.mark.parametrize(
    ("event", "payload", "status"),
    [
        ("live_patch", {}, "error"),
        ("live_patch", {"url": 5}, "error"),
        ("live_patch", None, "error"),
        ("live_patch", {"url": "http://["}, "ok"),
        ("cids_will_destroy", {"cids": [1]}, "ok"),
        ("cids_destroyed", {"cids": [1]}, "ok"),
        ("no such event", {}, "error"),
    ],
)
async def test_other_messages(app: Quart, event: str, payload: Any, status: str) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    page.socket.send(ref, "80", page.topic(), event, payload)
    assert (await page.socket.reply_to("80"))["status"] == status
    await page.socket.close()


async def test_event_for_a_component_that_is_gone_is_ok(app: Quart) -> None:
    page = await open_page(app, "/counter")
    ref, _ = await page.join("/counter")
    payload = {"type": "click", "event": "increment", "value": {}, "cid": 3}
    page.socket.send(ref, "80", page.topic(), "event", payload)
    assert await page.socket.reply_to("80") == {"status": "ok", "response": {}}
    await page.socket.close()


async def test_vanished_browser_is_noticed(
    app: Quart, live: QuartLive, caplog: pytest.LogCaptureFixture
) -> None:
    """A server's ``send`` raises when the peer has gone; that must not end the view's task with an error."""
    connections = Connections(app)
    page = await open_page(app, "/counter")
    await page.join("/counter")
    connections.last.error = ConnectionResetError("peer has gone")
    asked = len(connections.last.asked)
    await live.pubsub.broadcast("counter", 4)
    await until(lambda: len(connections.last.asked) == asked + 2)  # at once, and in a task
    await page.socket.close()
    await asyncio.wait_for(live.runtime.open_hosts.wait_until_empty(), 5)
    gc.collect()  # a task that has failed says so when it goes
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def _gate(app: Quart) -> asyncio.Event:
    from engine.app import SlowLive

    return SlowLive.gate

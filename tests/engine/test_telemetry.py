"""Telemetry: what is told, to whom, and that nobody pays for it who does not listen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from engine.app import make_app
from quart import Quart

from quart_live import LiveViewTest, QuartLive
from quart_live.telemetry import NOTHING, Telemetry
from quart_live.testing import JoinRefusedError, SocketClosedError, TestSocket, ViewCrashedError

Told = list[tuple[str, Mapping[str, float], Mapping[str, Any]]]


def test_nothing_is_made_while_nobody_listens() -> None:
    telemetry = Telemetry()
    assert telemetry.span("a") is NOTHING
    handler = telemetry.attach("a.*", lambda *_: None)
    assert telemetry.span("a") is not NOTHING
    telemetry.detach(handler)
    assert telemetry.span("a") is NOTHING


def test_names_with_stars_and_handlers_that_fail(caplog: pytest.LogCaptureFixture) -> None:
    telemetry, heard = Telemetry(), []

    @telemetry.attach("a.*.stop", "b")
    def note(name: str, measurements: Mapping[str, float], metadata: Mapping[str, Any]) -> None:
        heard.append(name)

    def broken(*_: object) -> None:
        raise RuntimeError("cannot count")

    telemetry.attach("b", broken)
    for name in ("a.x.start", "a.x.stop", "b", "b", "bb"):
        telemetry.emit(name)
    assert heard == ["a.x.stop", "b", "b"]
    assert caplog.text.count("is detached") == 1
    with pytest.raises(KeyError), telemetry.span("a.y"):
        raise KeyError("x")


async def test_life_of_a_view(app: Quart, live: QuartLive) -> None:
    told: Told = []
    live.telemetry.attach("*", lambda *event: told.append(event))
    page = LiveViewTest(app, "/counter")
    await page.open()
    await page.push("increment")
    await page.send_info(5)
    await page.patch("/counter?n=7")
    with pytest.raises(ViewCrashedError):
        await page.push("crash")
    await page.close()
    names = Counter(name for name, _, _ in told)
    assert names["live_view.mount.start"] == names["live_view.mount.stop"] == 2
    assert names["live_view.handle_params.stop"] == 3
    assert names["live_view.handle_info.stop"] == 1
    assert names["live_view.handle_event.stop"] == names["live_view.handle_event.exception"] == 1
    assert names["live_view.crash"] == names["live_view.end"] == names["live_view.join.stop"] == 1
    assert names["live_socket.open"] == names["live_socket.close"] == 1
    kinds = [metadata["kind"] for name, _, metadata in told if name == "live_view.render.stop"]
    assert kinds[:2] == ["page", "join"]
    assert set(kinds[2:]) == {"diff"}
    for name, measurements, metadata in told:
        if name.endswith((".stop", ".exception")):
            assert measurements["duration"] >= 0
        if name.startswith("live_view.") and ".join." not in name:
            assert type(metadata["view"]).__name__ == "CounterLive"
    event = next(m for name, _, m in told if name == "live_view.handle_event.stop")
    assert (event["event"], event["topic"], event["connected"]) == ("increment", page.topic, True)
    frames = [int(measured["bytes"]) for name, measured, _ in told if name == "live_view.frame"]
    sent = [len(text.encode()) for direction, text in page.socket.frames if direction == "<"]
    assert frames == sent


async def test_refused_joins_and_sockets(live: QuartLive) -> None:
    app = make_app()
    live = app.extensions["quart_live"]
    told: Told = []
    live.telemetry.attach("*", lambda *event: told.append(event))
    page = LiveViewTest(app, "/guarded?when=connected")
    with pytest.raises(JoinRefusedError):
        await page.open()
    await page.close()
    with pytest.raises(SocketClosedError):
        await TestSocket(app, headers={"origin": "http://evil.example"}).connect()
    assert [type(m["error"]).__name__ for name, _, m in told if name == "live_view.join.exception"] == [
        "JoinRefused"
    ]
    assert [m["reason"] for name, _, m in told if name == "live_socket.refused"] == ["origin"]
    await live.shutdown()

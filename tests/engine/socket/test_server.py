"""A real server on a TCP port of this machine, and a real WebSocket client."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Iterator
from typing import Any

import pytest
from engine.app import SlowLive, make_app
from quart import Quart
from support.leftovers import assert_nothing_left
from support.servers import browser, click, serving
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quart_live import LiveView, QuartLive


@pytest.fixture(autouse=True, scope="module")
def no_thread_is_left() -> Iterator[None]:
    """The servers of this module end their threads, the executors of their event loops with them."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not left, f"threads left behind: {left}"


async def test_counter_over_tcp() -> None:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, browser(server, "/counter") as (client, topic):
        assert (await click(client, topic, "2", "increment"))[4]["response"] == {"diff": {"0": "1"}}
        await live.pubsub.broadcast("counter", 9)
        assert all(each.is_fast for each in live.sockets), "frames go the long way"
        assert await client.recv() == f'["1",null,"{topic}","diff",{{"0":"9"}}]'
        await click(client, topic, "3", "crash")
        assert (await click(client, topic, "4", "increment"))[4]["status"] == "error"
        await client.send('[null,"5","phoenix","heartbeat",{}]')
        assert json.loads(await client.recv())[4]["status"] == "ok"
    assert_nothing_left(live)


async def test_a_reply_goes_out_though_nothing_else_happens() -> None:
    """Frames wait for those of a burst. One that is alone must not wait for the next burst."""

    class AloneLive(LiveView):
        inline_template = "<p>{{ said }}</p>"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(said="")

        async def handle_event(self, event: str, params: Any) -> None:
            if event == "later":
                waiting = asyncio.get_running_loop().create_future()
                asyncio.get_running_loop().call_later(0.001, waiting.set_result, None)
                await waiting
            self.assign(said=event)

    app = Quart("alone")
    app.secret_key = "for the tests"
    QuartLive(app).route("/", AloneLive)
    async with serving(app) as server, browser(server, "/") as (client, topic):
        for ref, event in enumerate(("at once", "later") * 3, start=2):
            reply = await asyncio.wait_for(click(client, topic, str(ref), event), 5)
            assert reply[4]["response"] == {"diff": {"0": event}}


class ToldLive(LiveView):
    """Says what it was told; a number takes a while, and ``None`` a while for nothing."""

    inline_template = "<p>{{ said }}</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(said="")
        if params.get("hook"):
            self.attach_hook("listens", "handle_info", lambda view, message: None)
        await self.subscribe("told")

    def handle_info(self, message: Any) -> Awaitable[None] | None:
        if isinstance(message, str):
            self.assign(said=message)
            return None
        return self.later(message)

    async def later(self, number: int | None) -> None:
        await asyncio.sleep(0.01)
        if number is not None:
            self.assign(said=number)


@pytest.mark.parametrize("address", ["/", "/?hook=1"], ids=["", "hook"])
@pytest.mark.parametrize(
    "messages",
    [["a"], [1], [1, "a"], [None, "a"], [None, 1], [None, *"abc", None, "d"], [None, *map(str, range(100))]],
    ids=lambda messages: f"{len(messages)} from {messages[0]} to {messages[-1]}",
)
async def test_a_message_goes_out_though_nothing_else_happens(address: str, messages: list[Any]) -> None:
    """Whether its handler waits or not, whoever listens to it, and whatever the view did before."""
    app = Quart("told")
    app.secret_key = "for the tests"
    live = QuartLive(app)
    live.route("/", ToldLive)
    async with serving(app) as server, browser(server, address) as (client, _):
        for message in messages:
            await live.pubsub.broadcast("told", message)
        async with asyncio.timeout(5):
            for message in messages:
                if message is not None:
                    assert json.loads(await client.recv())[4] == {"0": str(message)}


async def test_foreign_origin_is_refused_over_tcp() -> None:
    async with serving(make_app()) as server:
        with pytest.raises(InvalidStatus):
            async with browser(server, "/counter", Origin="http://evil.example"):
                pass


async def test_dropped_link_cleans_up() -> None:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server:
        async with browser(server, "/counter") as (client, _):
            client.transport.abort()
            await live.runtime.open_hosts.wait_until_empty()
        assert_nothing_left(live)


async def test_too_big_a_frame_over_tcp() -> None:
    async with (
        serving(make_app(LIVE_MAX_FRAME_BYTES=1000)) as server,
        browser(server, "/counter") as (client, _),
    ):
        await client.send("x" * 1001)
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1009


async def test_pitfall_08_shutdown_closes_with_1012() -> None:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, browser(server, "/slow") as (client, _):
        stopping = asyncio.ensure_future(server.stop())
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        await stopping
        assert SlowLive.ended == ["shutdown"]
        assert_nothing_left(live)


async def test_pitfall_08_hypercorn_does_not_close_with_1000() -> None:
    """Another ASGI server: it cancels its connections, and the socket closes itself."""
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.graceful_timeout = 0.01
    config.loglevel = "ERROR"
    started, stop = asyncio.Event(), asyncio.Event()

    @app.before_serving
    async def tell() -> None:
        started.set()

    task = asyncio.ensure_future(serve(app, config, shutdown_trigger=stop.wait))
    await started.wait()
    server = type("Hypercorn", (), {"address": f"http://127.0.0.1:{port}"})()
    while True:
        try:
            await asyncio.to_thread(socket.create_connection, ("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            await asyncio.sleep(0)
    async with browser(server, "/counter") as (client, topic):
        assert (await click(client, topic, "2", "increment"))[4]["response"] == {"diff": {"0": "1"}}
        await live.pubsub.broadcast("counter", 9)
        assert json.loads(await client.recv())[4] == {"0": "9"}
        stop.set()
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
    await task
    assert_nothing_left(live)

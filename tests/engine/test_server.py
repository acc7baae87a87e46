"""A real server on a TCP port of this machine, and a real WebSocket client."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import uvicorn
from engine.app import SlowLive, make_app
from engine.conftest import assert_nothing_left
from quart import Quart
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from quart_live import LiveView, QuartLive
from quart_live.testing import Element, parse


@pytest.fixture(autouse=True, scope="module")
def no_thread_is_left() -> Iterator[None]:
    """The servers of this module end their threads, the executors of their event loops with them."""
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before]
    assert not left, f"threads left behind: {left}"


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A socket on a free port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


class Server(uvicorn.Server):
    """uvicorn in this event loop, told to stop by `stop`."""

    def __init__(self, app: Quart, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app, ws="websockets-sansio", log_level="error", ws_per_message_deflate=False, lifespan="on"
            )
        )
        self.listener = listener
        self.ready = asyncio.Event()
        self.address = "http://{}:{}".format(*listener.getsockname())
        self.task = asyncio.ensure_future(self.serve([listener]))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def stop(self) -> None:
        self.should_exit = True
        await self.task


@asynccontextmanager
async def serving(app: Quart) -> AsyncIterator[Server]:
    """Serve ``app`` until the block ends."""
    with listening() as listener:
        server = Server(app, listener)
        await server.ready.wait()
        try:
            yield server
        finally:
            await server.stop()


async def get(address: str) -> tuple[Element, str]:
    """Request a page; returns it and the cookies to send back."""

    def request() -> tuple[str, str]:
        with urlopen(address) as response:
            return response.read().decode(), response.headers["Set-Cookie"]

    html, cookie = await asyncio.to_thread(request)
    return parse(html), "; ".join(f"{name}={morsel.value}" for name, morsel in SimpleCookie(cookie).items())


@asynccontextmanager
async def browser(server: Server, path: str, **headers: str) -> AsyncIterator[tuple[ClientConnection, str]]:
    """Open a page, its socket, and join its view."""
    page, cookie = await get(server.address + path)
    element = page.find("[data-phx-main]")
    query = urlencode({"_csrf_token": page.find("meta[name=csrf-token]").get("content"), "vsn": "2.0.0"})
    address = f"{server.address.replace('http', 'ws')}/live/websocket?{query}"
    extra = {"Cookie": cookie, "Origin": server.address, **headers}
    async with connect(address, additional_headers=extra, proxy=None) as client:
        topic = f"lv:{element.get('id')}"
        payload = {
            "url": server.address + path,
            "params": {"_mounts": 0},
            "session": element.get("data-phx-session"),
            "static": element.get("data-phx-static"),
        }
        await client.send(json.dumps(["1", "1", topic, "phx_join", payload]))
        answer = json.loads(await client.recv())
        assert answer[4]["status"] == "ok", answer
        yield client, topic


async def click(client: ClientConnection, topic: str, ref: str, event: str, **value: Any) -> Any:
    """Send a click and return the next frame."""
    payload = {"type": "click", "event": event, "value": value}
    await client.send(json.dumps(["1", ref, topic, "event", payload]))
    return json.loads(await client.recv())


async def test_counter_over_tcp() -> None:
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, browser(server, "/counter") as (client, topic):
        assert (await click(client, topic, "2", "increment"))[4]["response"] == {"diff": {"0": "1"}}
        await live.pubsub.broadcast("counter", 9)
        assert all(each._shortcut is not None for each in live.sockets), "frames go the long way"
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
            await live.open_channels.wait_until_empty()
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

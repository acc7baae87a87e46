"""A real server on a TCP port of this machine, and a real WebSocket client."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import uvicorn
from quart import Quart
from websockets.asyncio.client import ClientConnection, connect

from quart_live.testing import Element, parse


@contextmanager
def listening() -> Iterator[socket.socket]:
    """Open a socket on a free port until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


class Server(uvicorn.Server):
    """uvicorn in this event loop, which `stop` stops."""

    def __init__(
        self, app: Quart, listener: socket.socket, *, ws: str = "websockets-sansio", deflate: bool = False
    ) -> None:
        super().__init__(
            uvicorn.Config(app, ws=ws, log_level="error", ws_per_message_deflate=deflate, lifespan="on")
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
async def serving(
    app: Quart, *, ws: str = "websockets-sansio", deflate: bool = False
) -> AsyncIterator[Server]:
    """Serve ``app`` until the block ends.

    Args:
        app: the app.
        ws: the protocol class of uvicorn.
        deflate: whether the server compresses for clients that ask for it.
    """
    with listening() as listener:
        server = Server(app, listener, ws=ws, deflate=deflate)
        await server.ready.wait()
        try:
            yield server
        finally:
            await server.stop()


async def get(address: str) -> tuple[Element, str]:
    """Request a page. Return it and the cookies to send back."""

    def request() -> tuple[str, str]:
        with urlopen(address) as response:
            return response.read().decode(), response.headers["Set-Cookie"]

    html, cookie = await asyncio.to_thread(request)
    return parse(html), "; ".join(f"{name}={morsel.value}" for name, morsel in SimpleCookie(cookie).items())


@asynccontextmanager
async def browser(server: Server, path: str, **headers: str) -> AsyncIterator[tuple[ClientConnection, str]]:
    """Open a page and its socket, and join its view, until the block ends. Yield the socket and the topic.

    Raises:
        AssertionError: if the join is refused.
    """
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

"""What a stranger begins and does not finish, over real TCP: it is bounded, and it is ended."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from engine.app import make_app
from support.leftovers import assert_nothing_left
from support.listener import until
from support.patterns import ROOT
from support.servers import Server, browser, click, serving
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from quart_live import QuartLive
from quart_live.socket.sweeper import sweep

SERVER = "ws://{}/live/websocket?vsn=2.0.0"


def address_of(server: Server) -> str:
    return SERVER.format(server.address.removeprefix("http://"))


def later(live: QuartLive, seconds: float) -> None:
    """Look at the sockets as the sweeper will in so many seconds."""
    now = asyncio.get_running_loop().time() + seconds
    sweep(live.sockets, live.settings.max_unfinished_bytes, now)


# -- compression -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ws", ["websockets-sansio", "wsproto"])
async def test_compression_is_warned_of_once(ws: str, caplog: pytest.LogCaptureFixture) -> None:
    for deflate in (False, True):
        caplog.clear()
        with caplog.at_level(logging.WARNING, "quart_live"):
            async with serving(make_app(), deflate=deflate, ws=ws) as server:
                if ws == "websockets-sansio":
                    async with connect(address_of(server), compression=None, proxy=None):
                        assert "permessage-deflate" not in caplog.text
                for _ in range(2):
                    async with connect(address_of(server), compression="deflate", proxy=None) as client:
                        agreed = client.protocol.extensions
                    assert bool(agreed) == deflate
        assert caplog.text.count("--ws-per-message-deflate false") == deflate


@pytest.mark.parametrize("deflate", [False, True])
async def test_a_message_is_bounded_unpacked_and_before_it_is_there(deflate: bool) -> None:
    """Its last part never comes; 300 kB in all, of which a compressed one needs a few hundred bytes."""
    app = make_app(LIVE_MAX_FRAME_BYTES=1000, LIVE_MAX_MESSAGE_BYTES=200_000)
    async with serving(app, deflate=deflate) as server:
        compression = "deflate" if deflate else None
        async with connect(address_of(server), compression=compression, proxy=None) as client:

            async def parts() -> AsyncIterator[str]:
                for _ in range(30):
                    yield " " * 10_000
                await client.wait_closed()

            with pytest.raises(ConnectionClosed):
                await client.send(parts())
                await client.recv()
            assert client.close_code == 1009


@pytest.mark.parametrize("path", ["env.sample", "README.md", "app/quart_live/README.md"])
def test_every_command_that_we_show_switches_compression_off(path: str) -> None:
    files = (
        sorted(ROOT.glob("chapters/0*/files/messenger/env.sample")) if path == "env.sample" else [ROOT / path]
    )
    files += [ROOT / "app/messenger/env.sample"] if path == "env.sample" else []
    commands = [
        line
        for file in files
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip("# ").startswith(("uvicorn ", "hypercorn ", "python -m uvicorn"))
    ]
    assert len(commands) >= len(files)
    assert [line for line in commands if "--ws-per-message-deflate false" not in line] == []
    assert [line for line in commands if "--ws websockets-sansio" not in line] == []


# -- half open ---------------------------------------------------------------------------------------------


async def test_a_socket_that_joins_nothing_is_ended() -> None:
    app = make_app(LIVE_JOIN_TIMEOUT=10)
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, browser(server, "/counter") as (joined, topic):
        async with connect(address_of(server), compression=None, proxy=None) as client:
            later(live, 9)
            await client.send('[null,"1","phoenix","heartbeat",{}]')
            assert json.loads(await client.recv())[4]["status"] == "ok"
            later(live, 11)
            with pytest.raises(ConnectionClosed):
                await client.recv()
        assert (await click(joined, topic, "2", "increment"))[4]["response"] == {"diff": {"0": "1"}}
    assert_nothing_left(live)


async def test_the_sweeper_looks_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("quart_live.socket.sweeper.SECONDS", 0.02)
    app = make_app(LIVE_JOIN_TIMEOUT=0.1)
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, connect(address_of(server), compression=None, proxy=None) as client:
        with pytest.raises(ConnectionClosed):
            await client.recv()
        await until(lambda: not live.sockets)
        assert not live.sockets.swept


def frame(opcode: int, data: bytes, *, final: bool = True) -> bytes:
    """A frame of a client, with a mask of zeros."""
    size = len(data)
    head = bytes([size | 0x80]) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return bytes([opcode | (0x80 if final else 0)]) + head + bytes(4) + data


class Stranger:
    """A socket without a browser: it sends bytes as it likes, and reads nothing unless asked to."""

    def __init__(self, server: Server) -> None:
        host, _, port = server.address.removeprefix("http://").partition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.setblocking(False)

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(
            self._socket,
            b"GET /live/websocket?vsn=2.0.0 HTTP/1.1\r\nHost: x\r\n"
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        )
        assert b" 101 " in await loop.sock_recv(self._socket, 4096)

    async def send(self, data: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    async def ended(self) -> bool:
        """Whether the server has ended the connection; what it has sent before is thrown away."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(10):
                while await loop.sock_recv(self._socket, 65536):
                    pass
        except ConnectionError:
            return True
        return True

    def close(self) -> None:
        self._socket.close()


@asynccontextmanager
async def stranger(server: Server) -> AsyncIterator[Stranger]:
    one = Stranger(server)
    try:
        await one.open()
        yield one
    finally:
        one.close()


@pytest.mark.parametrize(
    "part",
    [frame(1, b'["1"', final=False), frame(1, b"x" * 60_000)[:50_000], b"\x81"],
    ids=["a message without its last frame", "half a frame", "one byte"],
)
async def test_a_message_that_is_not_finished_is_ended(part: bytes) -> None:
    app = make_app(LIVE_MESSAGE_TIMEOUT=10, LIVE_JOIN_TIMEOUT=1000)
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, stranger(server) as one, stranger(server) as quiet:
        await one.send(part)
        await until(lambda: any(each.server.unfinished() for each in live.sockets))
        later(live, 0)
        later(live, 9)
        assert len(live.sockets) == 2
        later(live, 11)
        assert await one.ended()
        assert len(live.sockets) == 1
        assert quiet is not None


async def test_unfinished_messages_of_one_address_are_bounded_together() -> None:
    app = make_app(LIVE_MAX_UNFINISHED_BYTES=100_000, LIVE_JOIN_TIMEOUT=1000)
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, stranger(server) as big, stranger(server) as small:
        await big.send(frame(1, b"x" * 60_000, final=False) + frame(0, b"x" * 30_000, final=False))
        await small.send(frame(1, b"x" * 30_000, final=False))
        await until(lambda: sum(each.server.unfinished() for each in live.sockets) == 120_000)
        later(live, 0)
        assert await big.ended()
        assert [each.server.unfinished() for each in live.sockets] == [30_000]


async def test_pings_whose_answers_nobody_reads_are_ended() -> None:
    app = make_app(LIVE_MAX_UNSENT_BYTES=100_000, LIVE_JOIN_TIMEOUT=1000)
    live: QuartLive = app.extensions["quart_live"]
    async with serving(app) as server, stranger(server) as one:
        (side,) = live.sockets
        pings = frame(9, os.urandom(125)) * 500

        async def flood() -> None:
            with pytest.raises(ConnectionError):
                while True:
                    await one.send(pings)

        flooding = asyncio.ensure_future(flood())
        await until(lambda: side.server.unread() > 100_000)
        later(live, 0)
        before = side.server.unread()
        await until(lambda: side.server.unread() > before)
        later(live, 1)
        assert not live.sockets
        async with asyncio.timeout(10):
            await flooding

"""The fast path past uvicorn's `send`: the same frames arrive, in the same order, or it is not taken."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from quart_live.mailbox.outbox import FRAMES_AT_ONCE, Outbox
from quart_live.socket.sender import Sender
from quart_live.socket.uvicorn_fast_path import FastPath

BOUNDARIES = [0, 1, 125, 126, 127, 255, 256, 2047, 2048, 65535, 65536, 200_000]


class Peer:
    """An ASGI app with one connection, whose `send` and fast path the test holds."""

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.opened = asyncio.Event()
        self.over = asyncio.Event()
        self.send: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "websocket":
            return
        await receive()
        assert FastPath.past(send, self.outbox) is None, "taken before the handshake"
        await send({"type": "websocket.accept"})
        self.send = send
        self.opened.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self.over.set()

    @property
    def fast_path(self) -> FastPath | None:
        """A new one."""
        return FastPath.past(self.send, self.outbox)

    def taken(self) -> FastPath:
        """The same, where it must be there."""
        fast_path = self.fast_path
        assert fast_path is not None, "uvicorn has changed: the fast path is not found any more"
        return fast_path


@asynccontextmanager
async def connected(**options: Any) -> AsyncIterator[tuple[Peer, ClientConnection]]:
    """A peer on a real uvicorn, and a real client."""
    peer = Peer()
    settings = {"ws": "websockets-sansio", "ws_per_message_deflate": False, **options}
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(peer, log_level="error", lifespan="off", **settings))
        serving = asyncio.ensure_future(server.serve([listener]))
        address = "ws://{}:{}".format(*listener.getsockname())
        while not server.started:  # noqa: ASYNC110  (uvicorn tells in no other way)
            await asyncio.sleep(0)
        async with connect(address, max_size=None) as client:
            await peer.opened.wait()
            yield peer, client
        server.should_exit = True
        await serving


async def test_every_length_arrives() -> None:
    async with connected() as (peer, client):
        fast_path = peer.taken()
        for size in BOUNDARIES:
            text = "é" * (size // 2) + "x" * (size % 2)
            assert fast_path.take(text.encode())
            peer.outbox.flush()
            assert await client.recv() == text


async def test_order_is_kept_between_both_ways() -> None:
    """A frame that waits in the outbox goes before one that is sent in the usual way."""
    async with connected() as (peer, client):
        sender = Sender(peer.send, peer.outbox, seconds=30, max_bytes=1000)
        sender.accepted()
        for number in range(300):
            if number % 7 == 3:
                await sender.send(str(number))
            elif number % 7 == 5:
                peer.outbox.flush()
                await peer.send({"type": "websocket.send", "text": str(number)})
            else:
                assert sender.send_now(str(number).encode()) is None
        peer.outbox.flush()
        assert [await client.recv() for _ in range(300)] == [str(number) for number in range(300)]


async def test_frames_wait_for_the_end_of_the_burst() -> None:
    written: list[bytes] = []
    outbox = Outbox()
    for number in range(FRAMES_AT_ONCE - 1):
        outbox.add(written.append, b"%d" % number)
    assert not written
    outbox.add(written.append, b"last")
    assert len(written) == FRAMES_AT_ONCE
    outbox.add(written.append, b"next")
    outbox.flush()
    assert written[-1] == b"next"


async def test_one_broken_connection_does_not_stop_the_others() -> None:
    def broken(_frame: bytes) -> None:
        raise RuntimeError("the transport has gone")

    written: list[bytes] = []
    outbox = Outbox()
    outbox.add(broken, b"1")
    outbox.add(written.append, b"2")
    outbox.flush()
    assert written == [b"2"]


async def test_not_taken_by_a_peer_that_does_not_read() -> None:
    """Then the usual way waits, and `SlowReader` looks after it."""
    async with connected() as (peer, client):
        client.transport.pause_reading()
        fast_path, frame, taken = peer.taken(), b"x" * 60_000, 0
        while fast_path.take(frame):
            taken += 1
            peer.outbox.flush()
            await asyncio.sleep(0)
            assert taken < 10_000, "it never says no"
        sender = Sender(peer.send, peer.outbox, seconds=30, max_bytes=10_000_000)
        sender.accepted()
        rest = sender.send_now(b"after")
        assert rest is not None, "nothing is left to wait for"
        sending = asyncio.ensure_future(rest)
        client.transport.resume_reading()
        assert [len(await client.recv()) for _ in range(taken)] == [60_000] * taken
        assert await client.recv() == "after"
        await sending


async def test_not_taken_once_closed() -> None:
    async with connected() as (peer, client):
        fast_path = peer.taken()
        await peer.send({"type": "websocket.close", "code": 1000})
        assert not fast_path.take(b"too late")
        assert peer.fast_path is None
        with pytest.raises(ConnectionClosed):
            await client.recv()


async def test_not_taken_when_the_peer_has_gone() -> None:
    async with connected() as (peer, client):
        fast_path = peer.taken()
        client.transport.abort()
        await peer.over.wait()
        assert not fast_path.take(b"too late")


async def test_not_taken_with_compression() -> None:
    """uvicorn negotiates it unless told otherwise; the frame's bytes are then not the text's."""
    async with connected(ws_per_message_deflate=True) as (peer, client):
        assert client.protocol.extensions, "the client has not negotiated it"
        assert peer.fast_path is None


async def test_not_taken_past_something_in_between() -> None:
    async with connected() as (peer, _client):
        sent: list[Any] = []

        async def logging_send(event: Any) -> None:
            sent.append(event)
            await peer.send(event)

        assert FastPath.past(logging_send, peer.outbox) is None


@settings(max_examples=20)  # each starts a server
@given(st.lists(st.tuples(st.booleans(), st.text(max_size=200)), max_size=40))
def test_both_ways_say_the_same(frames: list[tuple[bool, str]]) -> None:
    async def both() -> None:
        async with connected() as (peer, client):
            sender = Sender(peer.send, peer.outbox, seconds=30, max_bytes=100_000)
            sender.accepted()
            for now, text in frames:
                if now:
                    assert sender.send_now(json.dumps(text).encode()) is None
                else:
                    await sender.send(json.dumps(text))
            peer.outbox.flush()
            assert [json.loads(await client.recv()) for _ in frames] == [text for _, text in frames]

    asyncio.run(both())

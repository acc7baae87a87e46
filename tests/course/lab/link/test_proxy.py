"""The link itself, without a browser: what goes in comes out, unless it is broken on purpose."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.lab.link.disconnect import end
from course.lab.link.proxy import Link

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def linked(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[Link]:
    """A link to a server that handles each connection with ``serve``."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    link = Link(server.sockets[0].getsockname()[1])
    await link.open()
    try:
        yield link
    finally:
        await link.close()
        server.close()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()
    writer.close()


def listening() -> int:
    """On how many ports this process listens."""
    connections = psutil.Process().net_connections("tcp")
    return sum(one.status == psutil.CONN_LISTEN for one in connections)


async def test_opening_that_is_given_up_leaves_no_port() -> None:
    before = listening()
    for steps in range(8):
        link = Link(9)
        opening = asyncio.ensure_future(link.open())
        for _ in range(steps):
            await asyncio.sleep(0)
        opening.cancel()
        given_up = isinstance((await asyncio.gather(opening, return_exceptions=True))[0], BaseException)
        if given_up:
            assert listening() == before, f"a port is left after {steps} steps"
        await link.close()
    assert listening() == before


async def test_a_link_that_two_fix_at_once_has_one_port_and_leaves_none() -> None:
    before = listening()
    link = Link(9)
    await link.open()
    link.refuse()
    await asyncio.gather(link.fix(), link.fix(), link.fix())
    assert listening() == before + 1
    await asyncio.gather(link.close(), link.fix())
    assert listening() == before


async def connect(link: Link) -> Streams:
    return await asyncio.open_connection("127.0.0.1", link.port)


async def ask(streams: Streams, data: bytes) -> bytes:
    reader, writer = streams
    writer.write(data)
    await writer.drain()
    return await reader.readexactly(len(data))


async def eventually(reached: Callable[[], bool]) -> None:
    """Wait for a state; the test's own time limit is the end of patience."""
    while not reached():  # noqa: ASYNC110 - what we wait for is not ours to signal
        await asyncio.sleep(0)


async def settle() -> None:
    """Let everything that is ready to run have run, several times over."""
    for _ in range(50):
        await asyncio.sleep(0)


@settings(max_examples=30, deadline=None)
@given(chunks=st.lists(st.binary(min_size=1, max_size=5000), max_size=12))
def test_bytes_come_back_as_they_went(chunks: list[bytes]) -> None:
    async def run() -> None:
        async with linked(echo) as link:
            reader, writer = await connect(link)
            for chunk in chunks:
                writer.write(chunk)
            writer.write_eof()
            whole = b"".join(chunks)
            assert await reader.read(-1) == whole
            assert (link.sent, link.received) == (len(whole), len(whole))
            writer.close()
            await eventually(lambda: link.connections == 0)

    asyncio.run(run())


@settings(max_examples=20, deadline=None)
@given(
    chunks=st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=6),
    faults=st.lists(st.sampled_from(["hang", "delay"]), min_size=1, max_size=4),
)
def test_held_bytes_arrive_in_order_once_fixed(chunks: list[bytes], faults: list[str]) -> None:
    async def run() -> None:
        async with linked(echo) as link:
            streams = await connect(link)
            assert await ask(streams, b"open") == b"open"
            reader, writer = streams
            for fault in faults:
                link.hang() if fault == "hang" else link.delay(3600)
            for chunk in chunks:
                writer.write(chunk)
            await settle()
            assert link.sent == 4
            await link.fix()
            whole = b"".join(chunks)
            assert await reader.readexactly(len(whole)) == whole
            writer.close()

    asyncio.run(run())


async def test_cut_resets_open_connections_and_new_ones() -> None:
    async with linked(echo) as link:
        streams = await connect(link)
        await ask(streams, b"hello")
        link.cut()
        with pytest.raises(ConnectionResetError):
            await streams[0].read()
        await eventually(lambda: link.connections == 0)
        for _ in range(3):
            reader, writer = await connect(link)
            writer.write(b"anybody?")
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.close()
        assert link.opened == 4
        await link.fix()
        assert await ask(await connect(link), b"again") == b"again"


async def test_cut_in_good_order_ends_with_eof() -> None:
    async with linked(echo) as link:
        reader, writer = await connect(link)
        await ask((reader, writer), b"hello")
        link.cut(reset=False)
        assert await reader.read() == b""
        writer.close()


async def test_refuse_closes_the_port_and_fix_opens_the_same() -> None:
    async with linked(echo) as link:
        reader, writer = await connect(link)
        await ask((reader, writer), b"hello")
        port = link.port
        link.refuse()
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        await link.fix()
        assert link.port == port
        assert await ask(await connect(link), b"again") == b"again"


async def test_hang_accepts_and_forwards_nothing() -> None:
    heard = bytearray()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1000):
            heard.extend(data)
        writer.close()

    async with linked(listen) as link:
        link.hang()
        _, writer = await connect(link)
        writer.write(b"hello")
        await eventually(lambda: link.opened == 1)
        await settle()
        assert not heard and link.connections == 1
        await link.fix()
        await eventually(lambda: bytes(heard) == b"hello")
        writer.close()


async def test_a_deaf_link_takes_what_is_said_and_gives_no_answer() -> None:
    async with linked(echo) as link:
        reader, writer = await connect(link)
        await ask((reader, writer), b"hello")
        link.deafen()
        writer.write(b"anybody?")
        await eventually(lambda: link.sent == len(b"hello" + b"anybody?"))
        await settle()
        assert link.received == len(b"hello")
        await link.fix()
        assert await reader.readexactly(8) == b"anybody?"
        writer.close()


async def test_an_end_is_held_back_as_well() -> None:
    async with linked(echo) as link:
        reader, writer = await connect(link)
        await ask((reader, writer), b"hello")
        link.hang()
        writer.write_eof()
        read = asyncio.create_task(reader.read())
        await settle()
        assert not read.done()
        await link.fix()
        assert await read == b""
        writer.close()


async def test_delay_lets_everything_through_later() -> None:
    async with linked(echo) as link:
        link.delay(0.02)
        streams = await connect(link)
        clock = asyncio.get_running_loop().time
        began = clock()
        assert await ask(streams, b"late") == b"late"
        assert clock() - began >= 0.04
        streams[1].close()
        with pytest.raises(ValueError, match="0 or more"):
            link.delay(-1)


async def test_half_closed_connections_carry_the_rest() -> None:
    async def answer_at_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = await reader.read()
        writer.write(question[::-1])
        writer.close()

    async with linked(answer_at_the_end) as link:
        reader, writer = await connect(link)
        writer.write(b"abc")
        writer.write_eof()
        assert await reader.read() == b"cba"
        writer.close()


async def test_a_server_that_is_down_resets_the_connection() -> None:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    link = Link(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    await link.open()
    reader, writer = await connect(link)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()
    await link.close()


async def test_a_reset_of_the_server_reaches_the_person() -> None:
    async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        end(writer, reset=True)

    async with linked(slam) as link:
        reader, writer = await connect(link)
        writer.write(b"x")
        with pytest.raises(ConnectionResetError):
            await reader.read()
        await eventually(lambda: link.connections == 0)
        writer.close()


async def test_close_ends_connections_that_hang() -> None:
    async with linked(echo) as link:
        reader, writer = await connect(link)
        await ask((reader, writer), b"hello")
        link.hang()
        writer.write(b"held")
        await link.close()
        assert link.connections == 0
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()

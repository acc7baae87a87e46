"""One person's link to the server: a TCP proxy that can be broken on purpose.

    link = Link(server_port)
    await link.open()                     # the browser connects to link.port
    link.cut()
    await link.fix()

A browser's own "offline" switch leaves an open WebSocket alone, so a recovery that was never needed would
seem to work. Here the bytes themselves stop, are late, or the connection ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from course.lab.link.disconnect import end
from course.lab.link.interceptor import Interceptor
from course.lab.link.modes import Modes

CHUNK = 64 * 1024
# The most chunks that may wait on a slow link; then we stop reading, as with a full socket buffer.
QUEUE = 256


class Link(Modes):
    """A TCP proxy on a port of its own.

    Args:
        server_port: the port of the server.
        host: the address for both sides.
        interceptors: makes one `Interceptor` for each connection; by default there is none.

    Attributes:
        sent: the number of bytes forwarded from the person to the server.
        received: the number of bytes forwarded from the server to the person.
        opened: the number of connections accepted so far, those cut at once included.
    """

    def __init__(
        self, server_port: int, host: str = "127.0.0.1", interceptors: Callable[[], Interceptor] | None = None
    ) -> None:
        super().__init__()
        self.host = host
        self.server_port = server_port
        self.sent = 0
        self.received = 0
        self.opened = 0
        self._port = 0
        self._interceptors = interceptors
        self._listener: asyncio.Server | None = None
        # While the link opens, another task may fix it, or close it.
        self._opening = asyncio.Lock()
        self._closed = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port that the browser connects to; it stays the same for the whole life of the link."""
        return self._port

    @property
    def connections(self) -> int:
        """The number of connections that the person has open now."""
        return len(self._tasks)

    async def open(self) -> None:
        """Start listening, on a free port the first time and on the same port later.

        Do nothing if the link listens already, or was closed.

        Raises:
            OSError: if its port is taken.
        """
        async with self._opening:
            if self._listener is None and not self._closed:
                await self._listen()

    async def _listen(self) -> None:
        # The port was ours a moment ago, and some systems free it only after a while.
        for attempt in range(50):
            try:
                listener = await asyncio.start_server(
                    self._accept, self.host, self._port, start_serving=False
                )
                break
            except OSError:
                if attempt == 49:
                    raise
                await asyncio.sleep(0.1)
        self._listener, self._port = listener, int(listener.sockets[0].getsockname()[1])
        try:
            await listener.start_serving()
        except asyncio.CancelledError:  # nothing else would close it
            self._stop_listening()
            raise

    async def close(self) -> None:
        """End all connections and stop listening, for good."""
        self._closed = True
        self.drop(reset=True)
        async with self._opening:
            self._stop_listening()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def fix(self) -> None:
        """Forward everything at once again; bytes that were held back are sent now, in order.

        Raises:
            OSError: if the link had stopped listening, and its port is taken.
        """
        await self.open()
        self._enter("pass")

    def cut(self, *, reset: bool = True) -> None:
        """End all open connections, and all new ones as soon as they are made.

        Args:
            reset: whether to end with RST, as a lost network does, or with FIN, as a server does.
        """
        self._enter("cut")
        self.drop(reset=reset)

    def refuse(self) -> None:
        """End all open connections with FIN, and stop listening, so that the system refuses new ones."""
        self._stop_listening()
        self._enter("refuse")
        self.drop(reset=False)

    def hang(self) -> None:
        """Keep every connection open, accept new ones, and forward nothing in either direction."""
        self._enter("hang")

    def deafen(self) -> None:
        """Forward what the person sends, and nothing that the server answers."""
        self._enter("deaf")

    def delay(self, seconds: float) -> None:
        """Hold every chunk back for so many seconds, in each direction.

        Raises:
            ValueError: if ``seconds`` is negative.
        """
        if seconds < 0:
            raise ValueError("the seconds of a delay must be 0 or more")
        self.seconds = seconds
        self._enter("delay")

    def drop(self, *, reset: bool) -> None:
        """End the connections that are open now; the mode stays as it is."""
        for writer in list(self._writers):
            end(writer, reset=reset)

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            # Ended connections are the purpose of this class, and the server may be down.
            end(writer, reset=True)
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self.mode == "hang":
            await self._changed.wait()
        if self.mode in ("cut", "refuse"):
            end(writer, reset=True)
            return
        server_reader, server_writer = await asyncio.open_connection(self.host, self.server_port)
        self._writers.add(server_writer)
        interceptor = self._interceptors() if self._interceptors is not None else None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._forward(reader, server_writer, interceptor, outward=True))
                group.create_task(self._forward(server_reader, writer, interceptor, outward=False))
        except* OSError:
            end(writer, reset=True)
        finally:
            if interceptor is not None:
                interceptor.ended()
            self._writers.discard(server_writer)
            end(server_writer, reset=True)

    async def _forward(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        interceptor: Interceptor | None,
        *,
        outward: bool,
    ) -> None:
        """Forward one direction until its end; read on while older chunks are still held back."""
        queue: asyncio.Queue[tuple[float, bytes, bool]] = asyncio.Queue(QUEUE)
        clock = asyncio.get_running_loop().time
        # The interceptor gets both directions when the browser has them: when it sends, and when it receives.
        seen = interceptor.inward if interceptor is not None and not outward else None
        async with asyncio.TaskGroup() as group:
            group.create_task(self._deliver(queue, writer, seen, outward=outward))
            ended = False
            while not ended:
                data = await reader.read(CHUNK)
                ended = not data
                if interceptor is not None and outward:
                    data = interceptor.outward(data)
                await queue.put((clock(), data, ended))

    async def _deliver(
        self,
        queue: asyncio.Queue[tuple[float, bytes, bool]],
        writer: asyncio.StreamWriter,
        seen: Callable[[bytes], bytes] | None,
        *,
        outward: bool,
    ) -> None:
        ended = False
        while not ended:
            arrived, data, ended = await queue.get()
            await self._hold(arrived, outward=outward)
            if seen is not None:
                data = seen(data)
            if data:
                writer.write(data)
                await writer.drain()
            self.sent += len(data) if outward else 0
            self.received += 0 if outward else len(data)
        # Half-close: the other direction may still have data.
        with contextlib.suppress(OSError):
            writer.write_eof()

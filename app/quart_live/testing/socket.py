"""A WebSocket client that talks to the app through ASGI, in this process, without a network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from quart import Quart

from ..protocol.asgi import Event

SECONDS = 10
"""The time to wait for the server before giving up. Only a broken test waits that long."""


class SocketClosedError(Exception):
    """The server has closed the socket.

    Args:
        code: the close code; 1006 if the handshake was refused.
    """

    def __init__(self, code: int) -> None:
        super().__init__(f"the socket was closed with {code}")
        self.code = code


class TestSocket:
    """The socket of one browser.

    Args:
        app: the Quart app with live views.
        path: the socket's address.
        cookies: cookies for the handshake.
        query: more of the socket's query; ``vsn`` is added.
        headers: more headers for the handshake.
        root_path: the prefix under which the app is mounted; ``path`` begins with it.

    Attributes:
        scope: the connection's ASGI scope, as the server will hand it to the app. Change it before `connect`,
            for a client at another address, for example.
        close_code: the code with which the server has closed the socket; ``None`` while it is open.
        frames: all frames so far; ``>`` those to the server, ``<`` those from it.
        on_frame: called with each frame from the server, before it is received.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    def __init__(
        self,
        app: Quart,
        *,
        path: str = "/live/websocket",
        cookies: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        root_path: str = "",
    ) -> None:
        self._app = app
        self._to_app: asyncio.Queue[Event] = asyncio.Queue()
        self._from_app: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task: asyncio.Task[None] | None = None
        self._ref = 0
        self.close_code: int | None = None
        self.frames: list[tuple[str, str]] = []
        self.on_frame: Callable[[list[Any]], None] = lambda frame: None
        cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
        all_headers = {"host": "localhost", "cookie": cookie, **(headers or {})}
        self.scope: dict[str, Any] = {
            "type": "websocket",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "ws",
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 50000),
            "root_path": root_path,
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode({**(query or {}), "vsn": "2.0.0"}).encode(),
            "headers": [(key.encode(), value.encode()) for key, value in all_headers.items() if value],
            "subprotocols": [],
            "extensions": {},
        }

    async def connect(self) -> None:
        """Open the socket.

        Raises:
            SocketClosedError: if the server refuses the handshake.
        """
        self._to_app.put_nowait({"type": "websocket.connect"})
        serving: Any = self._app(self.scope, self._to_app.get, self._take)  # type: ignore[arg-type]
        self._task = asyncio.get_running_loop().create_task(serving)
        await asyncio.wait({self._accepted, self._task}, return_when=asyncio.FIRST_COMPLETED)
        if not self._accepted.done():
            await self._task
            raise SocketClosedError(1006)

    def next_ref(self) -> str:
        """Return a ref that was not used before."""
        self._ref += 1
        return str(self._ref)

    def send(self, join_ref: str | None, ref: str | None, topic: str, event: str, payload: object) -> None:
        """Send a frame."""
        self.send_text(json.dumps([join_ref, ref, topic, event, payload], separators=(",", ":")))

    def send_text(self, text: str) -> None:
        """Send any text, well-formed or not."""
        self.frames.append((">", text))
        self._to_app.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        self._to_app.put_nowait({"type": "websocket.receive", "bytes": data})

    async def receive(self) -> list[Any]:
        """Return the next frame from the server.

        Raises:
            SocketClosedError: if the server has closed the socket instead.
            TimeoutError: if nothing comes.
        """
        if self._from_app.empty() and self.close_code is None:
            async with asyncio.timeout(SECONDS):
                return self._checked(await self._from_app.get())
        if self._from_app.empty():
            assert self.close_code is not None
            raise SocketClosedError(self.close_code)
        return self._checked(self._from_app.get_nowait())

    async def reply_to(self, ref: str) -> Any:
        """Wait for the reply to ``ref``, passing over other frames, and return its payload.

        Raises:
            SocketClosedError: if the server closes the socket first.
            TimeoutError: if nothing comes.
        """
        while True:
            frame = await self.receive()
            if frame[1] == ref and frame[3] == "phx_reply":
                return frame[4]

    async def heartbeat(self) -> Any:
        """Send a heartbeat and wait for its reply."""
        ref = self.next_ref()
        self.send(None, ref, "phoenix", "heartbeat", {})
        return await self.reply_to(ref)

    async def close(self, code: int = 1001) -> None:
        """Close the socket from the browser's side and wait until the server has released it."""
        if self._task is not None and not self._task.done():
            self._to_app.put_nowait({"type": "websocket.disconnect", "code": code})
            async with asyncio.timeout(SECONDS):
                await self._task

    async def ended(self) -> None:
        """Wait until the server has released the socket, for whatever reason."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=SECONDS)
            assert self._task.done(), f"the server has not released its socket within {SECONDS} seconds"

    async def cancel(self) -> bool:
        """Cancel the app's task, as a server does that stops in a hurry, and wait until it has ended.

        Returns:
            True if the app has let itself be cancelled, as it should.
        """
        assert self._task is not None, "connect it first"
        self._task.cancel()
        await self.ended()
        return self._task.cancelled()

    def _checked(self, frame: list[Any]) -> list[Any]:
        if not frame:  # `_take` leaves it when the socket is closed while a test waits
            assert self.close_code is not None
            raise SocketClosedError(self.close_code)
        return frame

    async def _take(self, event: Event) -> None:
        match event["type"]:
            case "websocket.accept":
                self._accepted.set_result(None)
            case "websocket.send":
                self.frames.append(("<", event["text"]))
                frame = json.loads(event["text"])
                self.on_frame(frame)
                self._from_app.put_nowait(frame)
            case "websocket.close":
                self.close_code = event.get("code", 1000) if self._accepted.done() else 1006
                self._from_app.put_nowait([])
                self._to_app.put_nowait({"type": "websocket.disconnect", "code": self.close_code})

"""`Sender`: frames are sent to one browser, sending that waits is watched, and the socket is closed once.

Sending nearly always takes no time: the server puts the frame into the peer's buffer and returns. If the
buffer is full, because the peer does not read, the server's ``send`` waits. Then only the view of this frame
waits too; `SlowReader` decides how long.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from ..mailbox.outbox import Outbox
from ..mailbox.stepping import step
from ..protocol.asgi import Send
from .limits import SlowReader
from .uvicorn_fast_path import FastPath

log = logging.getLogger("quart_live.socket")

RESTARTING = 1012
"""The close code of a server that stops. 1000 is never used: after it the client loads the page again."""

CLOSE_SECONDS = 5
"""The most seconds that a peer may take to accept the close frame."""


class Sender:
    """The sending half of a socket.

    Args:
        send: the ASGI ``send`` of the connection.
        outbox: the outbox in which the frames of a broadcast wait for each other.
        seconds: the time for which frames may wait for the peer; see `SlowReader`.
        max_bytes: the most bytes that may wait for the peer.
    """

    def __init__(self, send: Send, outbox: Outbox, seconds: float, max_bytes: int) -> None:
        self._send = send
        self._outbox = outbox
        self._closed = False
        self._sends_in_tasks_only = False
        self._unsent = SlowReader(seconds, max_bytes, self.cut_off)
        self._task: asyncio.Task[Any] | None = None
        self._is_cut_off = False
        self._fast_path: FastPath | None = None

    @property
    def waiting_bytes(self) -> int:
        """The bytes that were sent and that the peer has not taken yet."""
        return self._unsent.waiting

    @property
    def is_fast(self) -> bool:
        """Whether frames bypass ASGI and go straight into the server's buffer."""
        return self._fast_path is not None

    async def send(self, text: str) -> None:
        """Send a frame. Do nothing after the end of the socket."""
        if self._fast_path is not None and not self._closed and self._fast_path.take(text.encode()):
            self._outbox.flush()
            return
        await self._watched(self._send_text(text), len(text))

    def accepted(self) -> None:
        """Look for a fast path to a connection that has been accepted."""
        self._fast_path = FastPath.past(self._send, self._outbox)

    def send_now(self, frame: bytes, rest: bytes = b"") -> Coroutine[Any, Any, None] | None:
        """Send a frame, without a task if the peer takes it at once; else return the rest to await.

        Args:
            frame: the text of the frame, UTF-8.
            rest: the rest of the text; see `FastPath.take`.
        """
        if self._closed:
            return None
        if self._fast_path is not None and self._fast_path.take(frame, rest):
            return None
        self._outbox.flush()
        text = (frame + rest).decode()
        if self._sends_in_tasks_only:
            return self.send(text)
        try:
            # Without `_send_text` around it: one coroutine less for each frame of a broadcast.
            left = step(self._send({"type": "websocket.send", "text": text}))
        except Exception:
            # Either the peer has gone, or a layer below us (such as a timeout) works in tasks only. A second
            # attempt, in a task, will tell.
            self._sends_in_tasks_only = True
            return self.send(text)
        return self._watched(left, len(text)) if left is not None else None

    async def _send_text(self, text: str) -> None:
        self._outbox.flush()
        if not self._closed:
            await self._send({"type": "websocket.send", "text": text})

    async def _watched(self, sending: Coroutine[Any, Any, None], size: int) -> None:
        self._unsent.begins(size)
        try:
            await sending
        except Exception as error:  # servers raise different things when the peer has gone
            log.debug("A frame could not be sent: %s", repr(error))
            self._closed = True
        finally:
            self._unsent.ends(size)

    async def close(self, code: int) -> None:
        """Close the socket and end its views. A peer that does not take the close frame is cut off."""
        if self._closed:
            return
        self._gone("shutdown" if code == RESTARTING else "closed")
        self._outbox.flush()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code})
        except TimeoutError:
            self.cut_off(f"it has not taken the close frame for {CLOSE_SECONDS:g} seconds")
        except Exception as error:
            log.debug("The socket could not be closed: %s", repr(error))

    def cut_off(self, reason: str) -> None:
        """End the connection without a close frame, which the peer would not take.

        Returning from the ASGI app ends a connection once everything has been sent. Here that may be never,
        so the server's transport is aborted as well, where it can be reached.

        Args:
            reason: the reason, for the log.
        """
        if self._is_cut_off:
            return
        self._is_cut_off = True
        log.info("Cut off a browser: %s", reason)
        self._gone("closed")
        abort = getattr(getattr(getattr(self._send, "__self__", None), "transport", None), "abort", None)
        if callable(abort):
            abort()
        if self._task is not None:
            self._task.cancel()

    def _gone(self, reason: str) -> None:
        """End all that depends on this connection. More calls than one do no harm.

        Args:
            reason: the reason for `LiveView.terminate`.
        """
        raise NotImplementedError

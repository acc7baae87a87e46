"""The way out to one browser: frames are sent, sending that waits is watched, and the end is said once.

Sending nearly always takes no time: the server puts the frame into the peer's buffer and returns. If the
buffer is full, because the peer does not read, the server's ``send`` waits. Then only the view whose frame
it is waits too; `SlowReader` decides how long.
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
from .uvicorn_fast_path import Shortcut

log = logging.getLogger("quart_live.socket")

RESTARTING = 1012
"""Close code of a server that stops. 1000 is never used: after it the client loads the whole page again."""

CLOSE_SECONDS = 5
"""How long a peer may take to accept the close frame."""


class Outlet:
    """What a socket sends through.

    Args:
        send: the ASGI ``send`` of the connection.
        outbox: where the frames of a broadcast wait for each other.
        seconds: how long frames may wait for the peer; see `SlowReader`.
        max_bytes: how much may wait for the peer.
    """

    def __init__(self, send: Send, outbox: Outbox, seconds: float, max_bytes: int) -> None:
        self._send = send
        self._outbox = outbox
        self._closed = False
        self._sends_in_tasks_only = False
        self._unsent = SlowReader(seconds, max_bytes, self.cut_off)
        self._task: asyncio.Task[Any] | None = None
        self._is_cut_off = False
        self._shortcut: Shortcut | None = None

    @property
    def waiting_bytes(self) -> int:
        """What has been sent and waits for the peer to take it."""
        return self._unsent.waiting

    @property
    def is_fast(self) -> bool:
        """Whether frames go past ASGI, straight into the server's buffer."""
        return self._shortcut is not None

    async def send(self, text: str) -> None:
        """Send a frame. After the end of the socket this does nothing."""
        if self._shortcut is not None and not self._closed and self._shortcut.take(text.encode()):
            self._outbox.flush()
            return
        await self._quietly(self._send_text(text), len(text))

    def accepted(self) -> None:
        """The connection is open from now on: see whether there is a shortcut to it."""
        self._shortcut = Shortcut.past(self._send, self._outbox)

    def send_now(self, frame: bytes, rest: bytes = b"") -> Coroutine[Any, Any, None] | None:
        """Send a frame without a task if the peer takes it at once; else return what is left to do.

        Args:
            frame: its text, UTF-8.
            rest: more of it; see `Shortcut.take`.
        """
        if self._closed:
            return None
        if self._shortcut is not None and self._shortcut.take(frame, rest):
            return None
        self._outbox.flush()
        text = (frame + rest).decode()
        if self._sends_in_tasks_only:
            return self.send(text)
        try:
            # Without `_send_text` around it: one coroutine less for each frame of a broadcast.
            left = step(self._send({"type": "websocket.send", "text": text}))
        except Exception:
            # Either the peer has gone, or something below us (a timeout, say) works in tasks only. A second
            # attempt, in a task, will tell.
            self._sends_in_tasks_only = True
            return self.send(text)
        return self._quietly(left, len(text)) if left is not None else None

    async def _send_text(self, text: str) -> None:
        self._outbox.flush()
        if not self._closed:
            await self._send({"type": "websocket.send", "text": text})

    async def _quietly(self, sending: Coroutine[Any, Any, None], size: int) -> None:
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
        """End the connection without a word: the peer would not hear it.

        Args:
            reason: for the log.

        Returning from the ASGI app ends a connection once everything has been sent. Here that may be never,
        so the server's transport is aborted as well, where it can be reached.
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
        """End everything that hangs on this connection; more than once is fine."""
        raise NotImplementedError

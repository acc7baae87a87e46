"""`UploadWriter`: where the bytes of an upload go, if not into a temporary file.

    class BucketWriter(UploadWriter):
        def __init__(self, entry):
            self.key = f"avatars/{entry.uuid}{entry.extension}"

        async def init(self):
            self.upload = await bucket.begin(self.key)

        async def write_chunk(self, data):
            await self.upload.send(data)

        async def close(self, reason):
            await (self.upload.complete() if reason == "done" else self.upload.abort())

        def meta(self):
            return {"key": self.key}

    self.allow_upload("avatar", accept="image/*", writer=BucketWriter)

`LiveView.consume_uploaded_entries` then gives the consuming function what ``meta`` returns, in place of an
`UploadedFile`. The files go through this server all the same; ``external`` makes the browser send them
elsewhere by itself.

Ported from ``Phoenix.LiveView.UploadWriter``; the state is the object itself, an error is an exception, and
``let_go`` is ours.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from ..mailbox.faults import Contained, for_thread

log = logging.getLogger("quart_live.uploads")

DONE: Final = "done"
CANCEL: Final = "cancel"


class UploadWriter:
    """Takes the chunks of one file. Override what you need.

    All methods but `meta` may be ``async``; plain ones are run in a thread, as writing blocks. One of them
    runs at a time, in the order below. An exception in `init`, `write_chunk` or `close` with ``done`` ends
    the upload: the entry gets the error ``not_written``, or the text of an `UploadRefused`.
    """

    def init(self) -> Awaitable[None] | None:
        """Begin. Called before the browser may send the first chunk."""

    def write_chunk(self, data: bytes) -> Awaitable[None] | None:
        """Take the next bytes. The browser sends no more before this has returned."""
        raise NotImplementedError(f"{type(self).__name__} has no write_chunk")

    def close(self, reason: str | BaseException) -> Awaitable[None] | None:
        """End. Called once, if `init` was called.

        Args:
            reason: ``"done"``: all of the file has come; ``"cancel"``: it was cancelled, was too large or did
                not come, or the view ended; or the exception that `init` or `write_chunk` has raised.
        """

    def let_go(self) -> Awaitable[None] | None:
        """Called after `close`, at the very end: the file was consumed, or nobody will."""

    def meta(self) -> Any:
        """What the consuming function gets. Called when all of the file has come, never in a thread."""
        return {}


class Destination:
    """A writer in use: one method at a time, closed once, let go of once.

    Args:
        writer: the writer.
    """

    def __init__(self, writer: UploadWriter) -> None:
        self.writer = writer
        self._lock = asyncio.Lock()
        self._closed = False
        self._over = False

    async def begin(self) -> None:
        """Call `UploadWriter.init`."""
        await self._call(self.writer.init)

    async def write(self, data: bytes) -> None:
        """Call `UploadWriter.write_chunk`."""
        await self._call(self.writer.write_chunk, data)

    async def complete(self) -> None:
        """Call `UploadWriter.close`: all is there."""
        self._closed = True
        await self._call(self.writer.close, DONE)

    async def end(self, reason: str | BaseException = CANCEL) -> None:
        """Close what was not completed, and let go of it. What goes wrong is logged."""
        if self._over:
            return
        self._over = True
        try:
            if not self._closed:
                self._closed = True
                async with Contained():
                    await self._call(self.writer.close, reason)
        except Exception:
            log.exception("%s could not be closed", type(self.writer).__name__)
        try:
            async with Contained():
                await self._call(self.writer.let_go)
        except Exception:
            log.exception("%s could not be let go of", type(self.writer).__name__)

    async def _call(self, method: Callable[..., Any], *arguments: Any) -> None:
        async with self._lock:
            if inspect.iscoroutinefunction(method):
                await method(*arguments)
                return
            thread = asyncio.ensure_future(asyncio.to_thread(for_thread(method), *arguments))
            try:
                result = await asyncio.shield(thread)
            except asyncio.CancelledError:
                await asyncio.wait([thread])  # it cannot be stopped, and the next method must not overtake it
                raise
            if inspect.isawaitable(result):
                await result

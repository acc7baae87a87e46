"""The destination of one file: its `UploadWriter` in use, and the end of a writer that does not end."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable
from typing import Any

from ..mailbox.faults import Contained, for_thread
from .writer import CANCEL, DONE, UploadWriter

log = logging.getLogger("quart_live.uploads")

WRITER_SECONDS = 5
"""The seconds that the end of a view waits for a writer."""


class Destination:
    """A writer in use: one method at a time, closed once, released once.

    Args:
        writer: the writer.
    """

    def __init__(self, writer: UploadWriter) -> None:
        self.writer = writer
        self._lock = asyncio.Lock()
        self._closed = False
        self._over = False

    async def begin(self) -> None:
        """Call `UploadWriter.init`.

        Raises:
            Exception: the error of the writer.
        """
        await self._call(self.writer.init)

    async def write(self, data: bytes) -> None:
        """Call `UploadWriter.write_chunk`.

        Raises:
            Exception: the error of the writer.
        """
        await self._call(self.writer.write_chunk, data)

    async def complete(self) -> None:
        """Call `UploadWriter.close` for a file that has come completely.

        Raises:
            Exception: the error of the writer.
        """
        self._closed = True
        await self._call(self.writer.close, DONE)

    async def end(self, reason: str | BaseException = CANCEL) -> None:
        """Close the writer, unless that is done, and call `UploadWriter.let_go`. Errors are logged."""
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
            log.exception("let_go of %s failed", type(self.writer).__name__)

    async def end_in_time(self, reason: str | BaseException) -> bool:
        """End the writer as `end` does, but wait no longer than `WRITER_SECONDS`.

        Returns:
            Whether it has ended. If not, it goes on ending.
        """
        ending = asyncio.get_running_loop().create_task(self.end(reason))
        _ending.add(ending)
        ending.add_done_callback(_ending.discard)
        _, late = await asyncio.wait([ending], timeout=WRITER_SECONDS)
        if late:
            name = type(self.writer).__name__
            log.error("%s has been at work for more than %g seconds; cancelled it", name, WRITER_SECONDS)
        return not late

    async def _call(self, method: Callable[..., Any], *arguments: Any) -> None:
        async with self._lock:
            if inspect.iscoroutinefunction(method):
                await method(*arguments)
                return
            thread = asyncio.ensure_future(asyncio.to_thread(for_thread(method), *arguments))
            try:
                result = await asyncio.shield(thread)
            except asyncio.CancelledError:
                await asyncio.wait([thread])  # it cannot be stopped, and the next method must wait for it
                raise
            if inspect.isawaitable(result):
                await result


_ending: set[asyncio.Task[None]] = set()
"""Tasks that end a writer; the event loop itself holds tasks weakly."""

"""The transfer of one file: the channel ``lvu:<entry>``.

The browser joins it with the token from the preflight, then sends the file chunk by chunk as binary frames
and waits for the reply to each. The chunks go to an `UploadWriter`, by default one that writes a temporary
file. Their bytes are counted: no more may come than was announced.

A transfer belongs to a view on the same socket and never outlives it. It has a mailbox of its own, so that
writing delays no handler of the view; its news for the view take their turn in the view's mailbox.

Source of the protocol: phoenix_live_view, ``lib/phoenix_live_view/upload_channel.ex`` and
``assets/js/phoenix_live_view/entry_uploader.js``.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import MailboxOverflowError
from ..mailbox.faults import Contained
from ..mailbox.items import Urgent
from ..mailbox.mailbox import Mailbox
from ..protocol.frames import FrameWriter, Message, reply
from .destination import Destination
from .entries import FAILED, NOT_WRITTEN, TIMED_OUT, TOO_LARGE, Upload, UploadEntry, UploadRefused
from .files import TemporaryFile
from .writer import CANCEL

if TYPE_CHECKING:
    from .desk import UploadDesk

log = logging.getLogger("quart_live.uploads")

MAILBOX_LIMIT = 8
"""The messages that may wait. The official client sends one chunk and waits for its reply."""


class UploadSocket(Protocol):
    """The socket on which a transfer was joined, as the transfer needs it."""

    transfers: dict[str, Transfer]

    async def send(self, text: str, /) -> None:
        """Send a frame to the browser."""


class _Overdue:
    """An item from the clock: the time for the next chunk is over."""


class Transfer:
    """The receiving end of one entry.

    Args:
        desk: the view's desk.
        socket: the socket on which it was joined.
        upload: the upload.
        entry: the entry whose file is sent.
        join: the ``phx_join`` message.

    Attributes:
        received: the number of bytes so far.
        complete: whether all of the file has been written.
    """

    def __init__(
        self, desk: UploadDesk, socket: UploadSocket, upload: Upload, entry: UploadEntry, join: Message
    ) -> None:
        self.desk, self.socket, self.upload, self.entry = desk, socket, upload, entry
        self.topic = join.topic
        self.join_ref = join.join_ref or join.ref
        self.received = 0
        self.complete = False
        self.context = contextvars.Context()
        self.mailbox = Mailbox(desk.dispatcher, self, MAILBOX_LIMIT)
        self._frames = FrameWriter(self.join_ref, self.topic)
        self._destination: Destination | None = None
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.mailbox.post(join)

    @property
    def meta(self) -> Any:
        """The value for the function that consumes the entry; only once the file is complete."""
        assert self._destination is not None
        return self._destination.writer.meta()

    def progress(self, reported: int) -> int:
        """Return the progress that the client has sent, but no more than has been received, in percent."""
        if self.complete:
            return reported
        arrived = -(-self.received * 100 // max(1, self.entry.client_size))
        return min(reported, arrived, 99)

    # -- the mailbox's worker ------------------------------------------------------------------------------

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Return the coroutine that handles one message: all of them wait for the disk."""
        return self.handle(item)

    async def handle(self, item: object) -> None:
        """Handle one message. Never raises an `Exception`."""
        if self._closed:
            return
        try:
            match item:
                case Message(event="phx_join"):
                    await self._begin(item)
                case Message(event="chunk"):
                    await self._chunk(item)
                case Message():
                    await self._reply(item, "error", {"reason": f"unmatched event {item.event}"})
                case _Overdue():
                    await self._overdue()
                case Urgent():
                    raise item.error
        except MailboxOverflowError:
            log.warning("An upload sends without waiting for replies; ended it")
            await self._fail(FAILED)
            await self.socket.send(self._frames.crashed())

    async def _begin(self, join: Message) -> None:
        try:
            async with Contained(self.mailbox):
                make = self.upload.writer
                self._destination = Destination(
                    make(self.entry) if make is not None else TemporaryFile(self.desk.folder)
                )
                await self._destination.begin()
                if self._closed:
                    await self._destination.end()
                    return
                await self._complete_or_wait()
        except Exception as error:
            await self._not_written(join, error)
        else:
            await self._reply(join, "ok", {})

    async def _chunk(self, message: Message) -> None:
        data = message.payload
        if not isinstance(data, bytes):
            await self._reply(message, "error", {"reason": "a chunk is binary"})
            return
        limit = min(self.entry.client_size, self.upload.max_file_size)
        if self.received + len(data) > limit:
            log.warning("An upload sends more than the %d bytes it has announced; ended it", limit)
            await self._fail(TOO_LARGE)
            await self._reply(message, "error", {"reason": "file_size_limit_exceeded", "limit": limit})
            return
        try:
            assert self._destination is not None
            async with Contained(self.mailbox):
                if data:  # an empty one may come when the file is complete and closed
                    await self._destination.write(data)
                    self.received += len(data)
                await self._complete_or_wait()
        except Exception as error:
            await self._not_written(message, error)
        else:
            await self._reply(message, "ok", {})

    @property
    def waiting(self) -> bool:
        """Whether a next chunk is awaited, within its time limit."""
        return self._timer is not None

    async def _complete_or_wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + self.upload.chunk_timeout
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.received >= self.entry.client_size:
            assert self._destination is not None
            if not self.complete:
                await self._destination.complete()
            self.complete = True
        elif not self._closed:
            self._timer = loop.call_at(self._deadline, self.mailbox.post, _Overdue())

    async def _overdue(self) -> None:
        if not self.complete and asyncio.get_running_loop().time() >= self._deadline:
            log.info("An upload has stopped coming; ended it")
            await self._fail(TIMED_OUT)
            await self.socket.send(self._frames.crashed())

    async def _reply(self, message: Message, status: str, response: dict[str, Any]) -> None:
        if not self._closed or status != "ok":
            await self.socket.send(reply(self.join_ref, message.ref, self.topic, status, response))

    async def _not_written(self, message: Message, error: Exception) -> None:
        """End after an error of the writer. The client then keeps the entry until it is cancelled."""
        if self._closed:
            return  # it was cancelled while it was written
        reason = NOT_WRITTEN
        if isinstance(error, UploadRefused):
            reason = str(error) or NOT_WRITTEN
        else:
            log.error("Could not write an upload: %s", error, exc_info=error)
        await self._fail(reason, error)
        await self._reply(message, "error", {"reason": "writer_error"})

    async def _fail(self, reason: str, error: Exception | None = None) -> None:
        self.entry.over = True
        await self.end(error)
        self.desk.failed(self.upload, self.entry, reason)

    # -- the end -------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Take no more chunks.

        The socket keeps the topic until `end`, so that a chunk that comes meanwhile gets no reply. If the
        client were told that the topic is unknown before it hears of the end, it would take that for a
        failure, and its form would wait for this file forever.
        """
        self._closed = True
        self.mailbox.close()
        if self._timer is not None:
            self._timer.cancel()

    async def end(self, error: Exception | None = None) -> None:
        """Take no more chunks, and end the writer, without telling the browser.

        A writer that is at work is waited for, but not for ever.

        Args:
            error: the error of the writer, if it has failed.
        """
        self.stop()
        try:
            if self._destination is not None and not await self._destination.end_in_time(error or CANCEL):
                self.mailbox.cancel()
        finally:
            self.desk.forget(self)
            if self.socket.transfers.get(self.topic) is self:
                del self.socket.transfers[self.topic]

    async def end_and_say_so(self) -> None:
        """End the transfer, and tell the browser."""
        await self.end()
        await self.socket.send(self._frames.closed())

"""One file on its way: the channel ``lvu:<entry>``.

The browser joins it with the token that the preflight gave it, then sends the file chunk by chunk as binary
frames and waits for the answer to each. The file is written to a temporary file; how much may come is decided
by what was announced, and is counted here.

A transfer belongs to a view on the same socket and never outlives it. It has a mailbox of its own, so that
writing delays no handler of the view; what the view has to know of it takes its turn in the view's mailbox.

Source of the protocol: phoenix_live_view, ``lib/phoenix_live_view/upload_channel.ex`` and
``assets/js/phoenix_live_view/entry_uploader.js``.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from ..errors import MailboxOverflowError
from ..frames import FrameWriter, Message, reply
from ..mailbox import Mailbox, Urgent
from .entries import FAILED, NOT_WRITTEN, TIMED_OUT, TOO_LARGE, Upload, UploadEntry
from .files import TemporaryFile

if TYPE_CHECKING:
    from ..transport import LiveSocket
    from .desk import UploadDesk

log = logging.getLogger("quart_live.uploads")

TOPIC_PREFIX = "lvu:"
MAILBOX_LIMIT = 8
"""The client sends one chunk and waits. One that sends many at once is none of ours."""


class _Overdue:
    """Mail from the clock: the next chunk should be here by now."""


class Transfer:
    """The receiving end of one entry.

    Args:
        desk: whose transfer it is.
        socket: where it was joined.
        upload: the upload.
        entry: the file that is expected.
        join: the ``phx_join`` message.

    Attributes:
        received: bytes so far.
        complete: whether all of it has been written.
    """

    def __init__(
        self, desk: UploadDesk, socket: LiveSocket, upload: Upload, entry: UploadEntry, join: Message
    ) -> None:
        self.desk, self.socket, self.upload, self.entry = desk, socket, upload, entry
        self.topic = join.topic
        self.join_ref = join.join_ref or join.ref
        self.received = 0
        self.complete = False
        self.context = contextvars.Context()
        self.mailbox = Mailbox(desk.dispatcher, self, MAILBOX_LIMIT)
        self._frames = FrameWriter(self.join_ref, self.topic)
        self._file: TemporaryFile | None = None
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = 0.0
        self.mailbox.post(join)

    @property
    def file(self) -> TemporaryFile:
        """The file; there is one once the join has been answered."""
        assert self._file is not None
        return self._file

    def progress(self, said: int) -> int:
        """Percent of the entry, as the client says, but no more than what is here."""
        if self.complete:
            return said
        arrived = -(-self.received * 100 // max(1, self.entry.client_size))
        return min(said, arrived, 99)

    # -- the mailbox's worker ------------------------------------------------------------------------------

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Everything here waits for the disk, so nothing is done at once."""
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
                    await self._answer(item, "error", {"reason": f"unmatched event {item.event}"})
                case _Overdue():
                    await self._overdue()
                case Urgent():
                    raise item.error
        except MailboxOverflowError:
            log.warning("An upload sends without waiting for answers; ended it")
            await self._fail(FAILED)
            await self.socket.send(self._frames.crashed())
        except (OSError, ValueError) as error:
            if not self._closed:  # else the file was taken away while it was written
                log.error("Could not write an upload: %s", error)
                await self._fail(NOT_WRITTEN)
                await self.socket.send(self._frames.crashed())

    async def _begin(self, join: Message) -> None:
        self._file = await self.desk.folder.new_file()
        if self._closed:
            await self._file.delete()
            return
        await self._complete_or_wait()
        await self._answer(join, "ok", {})

    async def _chunk(self, message: Message) -> None:
        data = message.payload
        if not isinstance(data, bytes):
            await self._answer(message, "error", {"reason": "a chunk is binary"})
            return
        limit = min(self.entry.client_size, self.upload.max_file_size)
        if self.received + len(data) > limit:
            log.warning("An upload sends more than the %d bytes it has announced; ended it", limit)
            await self._fail(TOO_LARGE)
            await self._answer(message, "error", {"reason": "file_size_limit_exceeded", "limit": limit})
            return
        if data:  # an empty one may come when all is here and the file is closed
            await self.file.write(data)
            self.received += len(data)
        await self._complete_or_wait()
        await self._answer(message, "ok", {})

    async def _complete_or_wait(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline = loop.time() + self.upload.chunk_timeout
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.received >= self.entry.client_size:
            await self.file.close()
            self.complete = True
        elif not self._closed:
            self._timer = loop.call_at(self._deadline, self.mailbox.post, _Overdue())

    async def _overdue(self) -> None:
        if not self.complete and asyncio.get_running_loop().time() >= self._deadline:
            log.info("An upload has stopped coming; ended it")
            await self._fail(TIMED_OUT)
            await self.socket.send(self._frames.crashed())

    async def _answer(self, message: Message, status: str, response: dict[str, Any]) -> None:
        if not self._closed or status != "ok":
            await self.socket.send(reply(self.join_ref, message.ref, self.topic, status, response))

    async def _fail(self, reason: str) -> None:
        self.entry.over = True
        await self.end()
        self.desk.failed(self.upload, self.entry, reason)

    # -- the end -------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Take nothing more.

        The socket knows the topic until `end`, so that a chunk that comes meanwhile gets no answer. Were the
        client told that nobody is there before it hears of the end, it would take that for a failure, and its
        form would wait for this file forever.
        """
        self._closed = True
        self.mailbox.close()
        if self._timer is not None:
            self._timer.cancel()

    async def end(self, *, say_closed: bool = False) -> None:
        """Take nothing more, and delete the file.

        Args:
            say_closed: tell the browser. Without it, it has to hear in another way.
        """
        self.stop()
        if self._file is not None:
            await self._file.delete()
        self.desk.forget(self)
        if self.socket.transfers.get(self.topic) is self:
            del self.socket.transfers[self.topic]
        if say_closed:
            await self.socket.send(self._frames.closed())


def deliver(socket: LiveSocket, message: Message) -> str | None:
    """Hand a message for ``lvu:…`` to its transfer. Returns an answer if nobody will give one."""
    transfer = socket.transfers.get(message.topic)
    if message.event == "phx_join":
        return _join(socket, message)
    if message.event == "phx_leave":
        if transfer is not None and transfer.join_ref == message.join_ref:
            transfer.desk.abandon(transfer)
        return reply(message.join_ref, message.ref, message.topic, "ok", {})
    if transfer is None:
        return reply(None, message.ref, message.topic, "error", {"reason": "unmatched topic"})
    if transfer.join_ref == message.join_ref:
        transfer.mailbox.post(message)
    return None


def _join(socket: LiveSocket, message: Message) -> str | None:
    token = message.payload.get("token") if isinstance(message.payload, dict) else None
    claims = socket.live.tokens.read_upload(token)
    reason = "invalid_token"
    # The token names the view, the upload and the entry. All of them have to be alive, on this very socket.
    if claims is not None and message.topic == TOPIC_PREFIX + claims.entry_ref and message.ref is not None:
        channel = socket.channels.get(claims.topic)
        desk = channel.uploads if channel is not None else None
        reason = desk.receive(socket, claims, message) if desk is not None else "disallowed"
    if not reason:
        return None
    return reply(message.join_ref, message.ref, message.topic, "error", {"reason": reason})

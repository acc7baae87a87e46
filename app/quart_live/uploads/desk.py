"""Everything about uploads that one connected view holds on to: who allowed what, what is on its way, files.

Made when a view (or one of its components) first allows an upload; ended with the view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ..mailbox.endings import Endings, Part
from ..mailbox.mailbox import Turn
from ..protocol.tokens import UploadClaims
from ..view.state import HasState, state_of
from .entries import Upload, UploadEntry
from .files import UploadFolder
from .transfer import Transfer, UploadSocket

if TYPE_CHECKING:
    from ..mailbox.dispatcher import Dispatcher
    from ..mailbox.mailbox import Mailbox
    from ..protocol.frames import Message
    from ..protocol.tokens import Tokens
    from ..settings import Settings
    from ..view.host import Host

FRAME_HEAD = 2048
"""Bytes of a chunk's frame that are not the chunk, at most."""


class Services(Protocol):
    """What uploads need of the app."""

    @property
    def dispatcher(self) -> Dispatcher: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def tokens(self) -> Tokens: ...


class ConnectedHost(Protocol):
    """What uploads need of a view's channel."""

    topic: str
    mailbox: Mailbox

    @property
    def runtime(self) -> Services: ...


class UploadDesk:
    """The uploads of one connected view and its components.

    Args:
        host: the view's channel.

    Attributes:
        dispatcher: runs the mailboxes of the transfers.
        folder: the temporary files.
    """

    def __init__(self, host: ConnectedHost) -> None:
        self._host = host
        self.dispatcher = host.runtime.dispatcher
        self.folder = UploadFolder(host.runtime.settings.upload_dir)
        self._allowed: dict[str, tuple[HasState, Upload]] = {}
        self._transfers: dict[UploadEntry, Transfer] = {}
        self._ending: set[asyncio.Task[None]] = set()

    # -- what is allowed -----------------------------------------------------------------------------------

    def allow(self, owner: HasState, upload: Upload) -> None:
        """Know an upload by its ref from now on."""
        self._allowed[upload.ref] = (owner, upload)

    def disallow(self, upload: Upload) -> None:
        """Know it no more."""
        self._allowed.pop(upload.ref, None)

    def find(self, ref: object) -> tuple[HasState, Upload] | None:
        """Owner and upload of a ref, if it is (still) allowed."""
        return self._allowed.get(ref) if isinstance(ref, str) else None

    def preflight(self, upload: Upload, entry: UploadEntry) -> str:
        """The token with which the browser may send this entry."""
        claims = UploadClaims(self._host.topic, upload.ref, entry.ref, entry.uuid)
        return self._host.runtime.tokens.sign_upload(claims)

    def client_config(self, upload: Upload) -> dict[str, int]:
        """What the client's uploader has to know; a chunk never exceeds the frames that we take."""
        largest = max(1, self._host.runtime.settings.max_frame_bytes - FRAME_HEAD)
        return {
            "chunk_size": min(int(upload.chunk_size), largest),
            "chunk_timeout": int(upload.chunk_timeout * 1000),
            "max_entries": upload.max_entries,
            "max_file_size": upload.max_file_size,
        }

    # -- what is on its way --------------------------------------------------------------------------------

    def receive(self, socket: UploadSocket, claims: UploadClaims, join: Message) -> str:
        """Begin a transfer. Returns the reason why not, or nothing."""
        found = self.find(claims.upload_ref)
        entry = found[1].entry(claims.entry_ref) if found is not None else None
        if found is None or entry is None or entry.uuid != claims.uuid:
            return "disallowed"
        if not entry.valid or entry.cancelled or entry.consumed or entry.over:
            return "disallowed"
        if entry in self._transfers or join.topic in socket.transfers:
            return "already_registered"
        transfer = Transfer(self, socket, found[1], entry, join)
        self._transfers[entry] = socket.transfers[join.topic] = transfer
        return ""

    def transfer_of(self, entry: UploadEntry) -> Transfer | None:
        """What has arrived of an entry."""
        return self._transfers.get(entry)

    def forget(self, transfer: Transfer) -> None:
        """Called by a transfer that has ended."""
        if self._transfers.get(transfer.entry) is transfer:
            del self._transfers[transfer.entry]

    def failed(self, upload: Upload, entry: UploadEntry, reason: str) -> None:
        """Tell the view, when its turn comes, that an entry cannot be uploaded."""

        def note() -> None:
            found = self.find(upload.ref)
            if found is not None and entry in upload.entries and not entry.errors:
                entry.errors.append(reason)
                note_change(found[0])

        self._post(upload, note)

    def drop(self, upload: Upload, entries: Iterable[UploadEntry]) -> None:
        """End the transfers of entries that were consumed or cancelled, and then forget the entries.

        Not at once, but when the reply to this event is out: the client counts its open uploads by the
        replies, and would count one twice that disappears within a reply.
        """
        gone = tuple(entries)

        async def forget() -> None:
            for entry in gone:
                await self.end(entry)
                upload.drop(entry)
            found = self.find(upload.ref)
            if found is not None:
                note_change(found[0])

        self._post(upload, forget)

    async def end(self, entry: UploadEntry) -> None:
        """End the transfer of an entry, if there is one, and delete its file."""
        transfer = self._transfers.get(entry)
        if transfer is not None:
            await transfer.end_and_say_so()

    def stop(self, entry: UploadEntry) -> None:
        """Take no more of an entry; `drop` does the rest."""
        transfer = self._transfers.get(entry)
        if transfer is not None:
            transfer.stop()

    def abandon(self, transfer: Transfer) -> None:
        """The browser has left the transfer's channel. What has come completely is kept for the view."""
        if not transfer.complete:
            task = asyncio.get_running_loop().create_task(transfer.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def release(self, owner: HasState) -> None:
        """A component has gone: take nothing more for it, and delete its files."""
        for upload in [upload for whose, upload in self._allowed.values() if whose is owner]:
            self.disallow(upload)
            for entry in upload.entries:
                self.stop(entry)
            self.drop(upload, upload.entries)

    async def close(self) -> None:
        """The view has gone: end all transfers, delete all files."""
        endings = Endings()
        for transfer in self._transfers.values():
            endings.add(Part.UPLOADS, transfer.end_and_say_so)
        try:
            await endings.run(f"{self._host.topic}: a transfer")
            if self._ending:
                await asyncio.wait(self._ending)
        finally:
            self._allowed.clear()
            await self.folder.remove()

    def _post(self, upload: Upload, run: Callable[[], Awaitable[None] | None]) -> None:
        found = self.find(upload.ref)
        self._host.mailbox.post(Turn(run, found[0] if found is not None else None))


def note_change(owner: HasState) -> None:
    """Something about the uploads of a view or component has changed: its template is rendered."""
    state_of(owner).assigns.changed.add("uploads")


def desk_in(host: Host) -> UploadDesk | None:
    """The desk of a view's host, if it has one."""
    desk = host.uploads
    assert desk is None or isinstance(desk, UploadDesk)
    return desk


def desk_of(host: Any) -> UploadDesk | None:
    """The desk of a view's host, made if there is none; ``None`` in the first render."""
    if host.mailbox is None:
        return None
    desk = desk_in(host)
    if desk is None:
        desk = host.uploads = UploadDesk(host)
        host.on_end(Part.UPLOADS, desk.close)
    return desk

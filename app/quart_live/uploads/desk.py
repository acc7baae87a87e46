"""The upload desk of one connected view: its uploads and their owners, the transfers, the temporary files.

It is made when the view (or one of its components) first allows an upload, and ends with the view.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol

from ..mailbox.endings import Endings, Part
from ..mailbox.items import Turn
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
"""The most bytes of a frame that are not its chunk."""


class Services(Protocol):
    """The app's services that uploads need."""

    @property
    def dispatcher(self) -> Dispatcher: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def tokens(self) -> Tokens: ...


class ConnectedHost(Protocol):
    """A view's channel, as uploads need it."""

    topic: str
    mailbox: Mailbox

    @property
    def runtime(self) -> Services: ...


class UploadDesk:
    """The uploads of one connected view and its components.

    Args:
        host: the view's channel.

    Attributes:
        dispatcher: the dispatcher of the transfers' mailboxes.
        folder: the folder of the temporary files.
    """

    def __init__(self, host: ConnectedHost) -> None:
        self._host = host
        self.dispatcher = host.runtime.dispatcher
        self.folder = UploadFolder(host.runtime.settings.upload_dir)
        self._allowed: dict[str, tuple[HasState, Upload]] = {}
        self._transfers: dict[UploadEntry, Transfer] = {}
        self._ending: set[asyncio.Task[None]] = set()

    # -- allowed uploads -----------------------------------------------------------------------------------

    def allow(self, owner: HasState, upload: Upload) -> None:
        """Register an upload by its ref."""
        self._allowed[upload.ref] = (owner, upload)

    def disallow(self, upload: Upload) -> None:
        """Forget an upload."""
        self._allowed.pop(upload.ref, None)

    def find(self, ref: object) -> tuple[HasState, Upload] | None:
        """Return owner and upload of a ref; None if it is not allowed, or not any more."""
        return self._allowed.get(ref) if isinstance(ref, str) else None

    def preflight(self, upload: Upload, entry: UploadEntry) -> str:
        """Return the token with which the browser may send this entry."""
        claims = UploadClaims(self._host.topic, upload.ref, entry.ref, entry.uuid)
        return self._host.runtime.tokens.sign_upload(claims)

    def client_config(self, upload: Upload) -> dict[str, int]:
        """Return the settings for the client's uploader; a chunk never exceeds the largest frame."""
        largest = max(1, self._host.runtime.settings.max_frame_bytes - FRAME_HEAD)
        return {
            "chunk_size": min(int(upload.chunk_size), largest),
            "chunk_timeout": int(upload.chunk_timeout * 1000),
            "max_entries": upload.max_entries,
            "max_file_size": upload.max_file_size,
        }

    # -- transfers -----------------------------------------------------------------------------------------

    def receive(self, socket: UploadSocket, claims: UploadClaims, join: Message) -> str:
        """Begin a transfer. Return the reason if it is refused, else an empty string."""
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
        """Return the transfer of an entry; None if there is none."""
        return self._transfers.get(entry)

    def forget(self, transfer: Transfer) -> None:
        """Forget a transfer that has ended; the transfer calls this."""
        if self._transfers.get(transfer.entry) is transfer:
            del self._transfers[transfer.entry]

    def failed(self, upload: Upload, entry: UploadEntry, reason: str) -> None:
        """Add an error to an entry whose upload has failed, in a turn of the view."""

        def note() -> None:
            found = self.find(upload.ref)
            if found is not None and entry in upload.entries and not entry.errors:
                entry.errors.append(reason)
                note_change(found[0])

        self._post(upload, note)

    def drop(self, upload: Upload, entries: Iterable[UploadEntry]) -> None:
        """End the transfers of entries that were consumed or cancelled, and then forget the entries.

        This is done not at once, but after the reply to the present event: the client counts its open uploads
        by the replies, and would count one twice that disappears within a reply.
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
        """Take no more chunks of an entry; call `drop` for the rest."""
        transfer = self._transfers.get(entry)
        if transfer is not None:
            transfer.stop()

    def abandon(self, transfer: Transfer) -> None:
        """End a transfer whose channel the browser has left. A complete file is kept for the view."""
        if not transfer.complete:
            task = asyncio.get_running_loop().create_task(transfer.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    def release(self, owner: HasState) -> None:
        """Forget the uploads of a component that was removed, and delete its files."""
        for upload in [upload for whose, upload in self._allowed.values() if whose is owner]:
            self.disallow(upload)
            for entry in upload.entries:
                self.stop(entry)
            self.drop(upload, upload.entries)

    async def close(self) -> None:
        """End all transfers and delete all files, as the view ends."""
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
    """Mark the assign ``uploads`` of a view or component as changed, so that its template is rendered."""
    state_of(owner).assigns.changed.add("uploads")


def desk_in(host: Host) -> UploadDesk | None:
    """Return the desk of a view's host; None if it has none."""
    desk = host.uploads
    assert desk is None or isinstance(desk, UploadDesk)
    return desk


def desk_of(host: Any) -> UploadDesk | None:
    """Return the desk of a view's host, or make one; None in the first render."""
    if host.mailbox is None:
        return None
    desk = desk_in(host)
    if desk is None:
        desk = host.uploads = UploadDesk(host)
        host.on_end(Part.UPLOADS, desk.close)
    return desk

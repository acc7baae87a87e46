"""The upload methods of views and components."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeAlias

from ..errors import LiveViewError
from ..mailbox.async_tasks import perform
from ..view.state import HasState, ViewState
from .accept import Accept
from .desk import UploadDesk, desk_of, note_change
from .entries import External, MakeWriter, Progress, Upload, UploadEntry, Uploads


@dataclass(frozen=True, slots=True)
class Postpone:
    """Returned by a consuming function: keep the file for another time.

    Attributes:
        value: what the caller gets for this entry.
    """

    value: Any = None


Consume: TypeAlias = Callable[[Any, UploadEntry], Awaitable[Any] | Any]


class UploadMethods(HasState):
    """The upload methods of views and components."""

    def allow_upload(
        self,
        name: str,
        *,
        accept: str | Iterable[str],
        max_entries: int = 1,
        max_entries_mode: Literal["selected", "total"] = "selected",
        max_file_size: int = 8_000_000,
        chunk_size: int = 64_000,
        chunk_timeout: float = 10,
        auto_upload: bool = False,
        progress: Progress | None = None,
        external: External | None = None,
        writer: MakeWriter | None = None,
    ) -> None:
        """Let the user upload files, from now on as ``uploads.<name>`` in templates. Usually in mount.

        Args:
            name: of the upload and of its file input.
            accept: file types such as ``[".png", "image/*", "text/plain"]``; ``"any"`` for all.
            max_entries: how many files.
            max_entries_mode: whether ``max_entries`` limits the files that are ``"selected"`` at a time, or
                in ``"total"`` all that are taken by this `allow_upload`, so that consumed ones still count.
                With ``auto_upload`` files are consumed one by one, and only the latter limits anything. A new
                `allow_upload`, and so a new mount, counts from the beginning.
            max_file_size: bytes each.
            chunk_size: bytes to send at once; at most what ``LIVE_MAX_FRAME_BYTES`` leaves room for.
            chunk_timeout: seconds within which each chunk has to come.
            auto_upload: send files as soon as they are chosen, instead of with the form.
            progress: called as ``progress(name, entry)`` whenever an entry has progressed; plain or async.
            external: called as ``external(entry)`` to let the browser send the file elsewhere. It returns a
                dict with the name of one of the client's ``uploaders`` as ``"uploader"``, and what that one
                needs; an exception of the type `UploadRefused` refuses the entry. Plain or async.
            writer: called as ``writer(entry)`` for the `UploadWriter` that takes the file's bytes as they
                come, in place of a temporary file. A class will do.

        Raises:
            LiveViewError: if something is out of range, or files of an earlier `allow_upload` are there.
        """
        state = self._quart_live
        uploads = _uploads(state, create=True)
        if name in uploads and uploads[name].entries:
            raise LiveViewError(f"the upload {name!r} still has files; consume or cancel them first")
        if not name.isidentifier():
            raise LiveViewError(f"an upload is named like a variable, not {name!r}")
        upload = Upload(
            name=name,
            accept=Accept(accept),
            max_entries=max_entries,
            max_entries_mode=max_entries_mode,
            max_file_size=max_file_size,
            chunk_size=chunk_size,
            chunk_timeout=chunk_timeout,
            auto_upload=auto_upload,
            progress=progress,
            external=external,
            writer=writer,
        )
        desk = desk_of(state.host)
        if desk is not None:
            if name in uploads:
                desk.disallow(uploads[name])
            desk.allow(self, upload)
        uploads.__dict__[name] = upload
        note_change(self)

    def disallow_upload(self, name: str) -> None:
        """Take `allow_upload` back.

        Raises:
            LiveViewError: if files are there.
        """
        state = self._quart_live
        upload = _upload(state, name)
        if upload.entries:
            raise LiveViewError(f"the upload {name!r} still has files; consume or cancel them first")
        _desk(state).disallow(upload)
        del _uploads(state).__dict__[name]
        note_change(self)

    def cancel_upload(self, name: str, ref: str) -> None:
        """Take a chosen file away, on its way or not. Nothing happens if it has gone already.

        Args:
            name: the upload.
            ref: the entry's ``ref``, which the template puts into ``phx-value-ref``.
        """
        state = self._quart_live
        upload = _upload(state, name)
        entry = upload.entry(ref)
        if entry is None or entry.consumed or entry.cancelled:
            return
        desk = _desk(state)
        if desk.transfer_of(entry) is None:
            upload.drop(entry)
        else:
            entry.cancelled = True
            desk.stop(entry)
            desk.drop(upload, [entry])
        note_change(self)

    def uploaded_entries(self, name: str) -> tuple[list[UploadEntry], list[UploadEntry]]:
        """The entries that have come completely, and those that have not."""
        upload = _upload(self._quart_live, name)
        entries = [entry for entry in upload.entries if not entry.consumed and not entry.cancelled]
        return [entry for entry in entries if entry.done], [entry for entry in entries if not entry.done]

    async def consume_uploaded_entries(self, name: str, consume: Consume) -> list[Any]:
        """Do something with all files of an upload; usually in the handler of ``phx-submit``.

        Args:
            name: the upload.
            consume: called as ``consume(file, entry)`` with an `UploadedFile`, for an external upload with
                what the ``external`` function has returned, or with the ``meta`` of the upload's writer. A
                plain function is run in a thread, as copying files blocks. When it returns, the file is
                deleted, unless it returns `Postpone`.

        Returns:
            What it has returned, in the order of the entries.

        Raises:
            LiveViewError: if files are still on their way.
        """
        done, underway = self.uploaded_entries(name)
        if underway:
            raise LiveViewError(
                f"files of the upload {name!r} are still on their way, or could not be uploaded"
            )
        return [await self.consume_uploaded_entry(entry, consume) for entry in done]

    async def consume_uploaded_entry(self, entry: UploadEntry, consume: Consume) -> Any:
        """Do something with one file, for example in ``progress`` when ``entry.done``.

        Args:
            entry: the entry.
            consume: as for `consume_uploaded_entries`.

        Raises:
            LiveViewError: if it is still on its way, or was consumed before.
        """
        upload, desk = _upload(self._quart_live, entry.upload_name), _desk(self._quart_live)
        if not entry.done or entry.consumed or entry not in upload.entries:
            raise LiveViewError(f"the file {entry.client_name!r} is still on its way, or was consumed before")
        given: Any = entry.meta
        if upload.external is None:
            transfer = desk.transfer_of(entry)
            if transfer is None:
                raise LiveViewError(f"the file {entry.client_name!r} has gone")
            given = transfer.meta
        postponed = False
        try:
            result = await perform(partial(consume, given, entry))
            postponed = isinstance(result, Postpone)
        finally:
            if not postponed:
                entry.consumed = True
                await desk.end(entry)
                desk.drop(upload, [entry])
        return result.value if isinstance(result, Postpone) else result


def _uploads(state: ViewState, *, create: bool = False) -> Uploads:
    uploads = state.assigns.values.get("uploads")
    if uploads is None and create:
        uploads = Uploads()
        state.assigns.update({"uploads": uploads})
    if not isinstance(uploads, Uploads):
        raise LiveViewError("there is no upload; call allow_upload, and assign nothing else as 'uploads'")
    return uploads


def _upload(state: ViewState, name: str) -> Upload:
    uploads = _uploads(state)
    if name not in uploads:
        raise LiveViewError(f"there is no upload {name!r}; call allow_upload({name!r}, …) in mount")
    return uploads[name]


def _desk(state: ViewState) -> UploadDesk:
    desk = desk_of(state.host)
    if desk is None:
        raise LiveViewError("in the first render there are no files; look at self.connected")
    return desk

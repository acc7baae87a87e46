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
    """The result of a consuming function that keeps the file for another time.

    Attributes:
        value: the value for this entry in the result of `LiveView.consume_uploaded_entries`.
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
        """Allow an upload, ``uploads.<name>`` in templates. Usually called in mount.

        Args:
            name: the name of the upload and of its file input, written like that of a variable.
            accept: the file types, such as ``[".png", "image/*", "text/plain"]``; ``"any"`` for all.
            max_entries: the largest number of files.
            max_entries_mode: whether ``max_entries`` limits the files that are ``"selected"`` at a time, or
                in ``"total"`` all files of this `allow_upload`, so that consumed ones still count. With
                ``auto_upload`` files are consumed one by one, and only ``"total"`` limits them. A new
                `allow_upload`, and so a new mount, counts from the beginning.
            max_file_size: the largest size of a file, in bytes.
            chunk_size: the bytes to send at once; never more than fit into ``LIVE_MAX_FRAME_BYTES``.
            chunk_timeout: the seconds within which each chunk has to come.
            auto_upload: send files as soon as they are chosen, instead of with the form.
            progress: a function, called as ``progress(name, entry)`` whenever an entry has progressed; plain
                or async.
            external: a function, called as ``external(entry)``, that lets the browser send a file elsewhere.
                It returns a dict with the name of one of the client's ``uploaders`` as ``"uploader"``, and
                with the values that this one needs. It may raise `UploadRefused`. Plain or async.
            writer: a function, called as ``writer(entry)``, that makes the `UploadWriter` of a file, in place
                of a temporary file. May be a class.

        Raises:
            LiveViewError: if an argument is out of range, or files of an earlier `allow_upload` are there.
        """
        state = self._quart_live
        uploads = _uploads(state, create=True)
        if name in uploads and uploads[name].entries:
            raise LiveViewError(f"the upload {name!r} still has files; consume or cancel them first")
        if not name.isidentifier():
            raise LiveViewError(f"name the upload like a variable, for example 'avatar', not {name!r}")
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
        """Remove an upload.

        Raises:
            LiveViewError: if there is no such upload, it still has files, or this is the first render.
        """
        state = self._quart_live
        upload = _upload(state, name)
        if upload.entries:
            raise LiveViewError(f"the upload {name!r} still has files; consume or cancel them first")
        _desk(state).disallow(upload)
        del _uploads(state).__dict__[name]
        note_change(self)

    def cancel_upload(self, name: str, ref: str) -> None:
        """Remove a chosen file, whether it is being sent or not. Does nothing if it was removed already.

        Args:
            name: the upload's name.
            ref: the entry's ``ref``, which the template puts into ``phx-value-ref``.

        Raises:
            LiveViewError: if there is no such upload, or this is the first render.
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
        """Return the entries that have come completely, and those that have not.

        Raises:
            LiveViewError: if there is no such upload.
        """
        upload = _upload(self._quart_live, name)
        entries = [entry for entry in upload.entries if not entry.consumed and not entry.cancelled]
        return [entry for entry in entries if entry.done], [entry for entry in entries if not entry.done]

    async def consume_uploaded_entries(self, name: str, consume: Consume) -> list[Any]:
        """Consume all files of an upload; usually in the handler of ``phx-submit``.

        Args:
            name: the upload's name.
            consume: the function that uses a file, called as ``consume(file, entry)`` with an `UploadedFile`,
                for an external upload with the result of its ``external`` function, for one with a writer
                with the result of ``meta``. A plain function is run in a thread, as copying files blocks.
                When it returns, the file is deleted, unless it returns `Postpone`.

        Returns:
            The results of the function, in the order of the entries.

        Raises:
            LiveViewError: if there is no such upload, or files are still being sent.
            Exception: the error of the function.
        """
        done, underway = self.uploaded_entries(name)
        if underway:
            raise LiveViewError(
                f"files of the upload {name!r} are still being sent, or have failed; "
                "see uploaded_entries, and cancel_upload those that are not done"
            )
        return [await self.consume_uploaded_entry(entry, consume) for entry in done]

    async def consume_uploaded_entry(self, entry: UploadEntry, consume: Consume) -> Any:
        """Consume one file, for example in ``progress`` when ``entry.done``. Return the function's result.

        Args:
            entry: the entry.
            consume: the function that uses the file, as for `consume_uploaded_entries`.

        Raises:
            LiveViewError: if the file is still being sent, or was consumed or removed before.
            Exception: the error of the function.
        """
        upload, desk = _upload(self._quart_live, entry.upload_name), _desk(self._quart_live)
        if not entry.done or entry.consumed or entry not in upload.entries:
            raise LiveViewError(
                f"the file {entry.client_name!r} is still being sent, or was consumed before; "
                "call this once, when entry.done"
            )
        given: Any = entry.meta
        if upload.external is None:
            transfer = desk.transfer_of(entry)
            if transfer is None:
                raise LiveViewError(f"the file {entry.client_name!r} was removed before")
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
        raise LiveViewError(
            "there is no upload; call allow_upload in mount, and do not assign 'uploads' yourself"
        )
    return uploads


def _upload(state: ViewState, name: str) -> Upload:
    uploads = _uploads(state)
    if name not in uploads:
        raise LiveViewError(f"there is no upload {name!r}; call allow_upload({name!r}, …) in mount")
    return uploads[name]


def _desk(state: ViewState) -> UploadDesk:
    desk = desk_of(state.host)
    if desk is None:
        raise LiveViewError("there are no files in the first render; do this only if self.connected")
    return desk

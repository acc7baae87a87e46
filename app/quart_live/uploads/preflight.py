"""The client's messages about uploads: chosen files, the preflight that asks to send them, progress."""

from __future__ import annotations

import inspect
from typing import Any

from ..errors import LiveViewError, MalformedEventError
from ..view.state import HasState
from .descriptions import read_entries
from .desk import UploadDesk, note_change
from .entries import FAILED, Upload, UploadEntry, UploadRefused


async def chosen(desk: UploadDesk | None, payload: object) -> None:
    """Add the files that a form event describes as chosen, before the event is handled.

    Raises:
        MalformedEventError: if the official client cannot have sent the payload.
    """
    described = payload.get("uploads") if isinstance(payload, dict) else None
    if not described or desk is None:
        return
    if not isinstance(described, dict):
        raise MalformedEventError("uploads is an object")
    for ref, entries in described.items():
        found = desk.find(ref)
        if found is not None:  # else it is from before the last mount
            await _add_entries(desk, *found, entries)


async def preflight(desk: UploadDesk | None, payload: object) -> tuple[HasState | None, dict[str, Any]]:
    """Make the reply to ``allow_upload``, by which the client asks to send files.

    Without ``auto_upload`` files go with their form, all or none: if one is refused, none is allowed, and the
    client unlocks the form. If the others were allowed, it would wait for them at the next submit, although
    it has given up sending them. It asks for them again then. (As in Phoenix.)

    Returns:
        The owner of the upload, None if it is not allowed, and the reply's ``response``.

    Raises:
        MalformedEventError: if the official client cannot have sent the payload.
        LiveViewError: if the ``external`` function returns no uploader.
        Exception: the error of the ``external`` function.
    """
    if not isinstance(payload, dict):
        raise MalformedEventError("allow_upload needs an object")
    ref, described = payload.get("ref"), payload.get("entries")
    found = desk.find(ref) if desk is not None else None
    if found is None or desk is None:
        return None, {"ref": ref, "error": [[ref, "disallowed"]]}
    owner, upload = found
    entries = await _add_entries(desk, owner, upload, described)
    refs = {entry.ref for entry in entries}
    asked = [entry for entry in upload.entries if entry.ref in refs]
    tickets: dict[UploadEntry, Any] = {}
    if upload.auto_upload or not _objections(upload, asked):
        for entry in upload.awaiting_preflight(refs):
            ticket = await _ticket(desk, upload, entry)
            if ticket is not None:
                tickets[entry] = ticket
    note_change(owner)
    objections = [] if upload.auto_upload else _objections(upload, asked)
    if objections:
        return owner, {"ref": upload.ref, "error": objections}
    for entry in tickets:
        entry.preflighted = True
    return owner, {
        "ref": upload.ref,
        "config": desk.client_config(upload),
        "entries": {entry.ref: ticket for entry, ticket in tickets.items()},
        "errors": {entry.ref: entry.errors for entry in asked if entry.errors},
    }


def _objections(upload: Upload, asked: list[UploadEntry]) -> list[list[str]]:
    """Return the objections to sending these files: each the ref of the upload or the entry, and a reason."""
    whole = [[upload.ref, error] for error in upload.errors]
    return whole + [[entry.ref, error] for entry in asked for error in entry.errors]


async def progress(desk: UploadDesk | None, payload: object) -> HasState | None:
    """Note how far an entry has come, or that the client could not send it. Return the owner of the upload.

    Raises:
        MalformedEventError: if the official client cannot have sent the payload.
        Exception: the error of the upload's ``progress`` function.
    """
    if not isinstance(payload, dict):
        raise MalformedEventError("progress needs an object")
    found = desk.find(payload.get("ref")) if desk is not None else None
    entry = found[1].entry(payload.get("entry_ref")) if found is not None else None
    if desk is None or found is None or entry is None or not entry.preflighted:
        return None  # it was cancelled, or is from before the last mount
    owner, upload = found
    reported = payload.get("progress")
    if isinstance(reported, dict):
        if not entry.errors and not entry.cancelled:
            entry.errors.append(FAILED)
        await desk.end(entry)
    elif type(reported) is int and 0 <= reported <= 100:
        _note_progress(desk, upload, entry, reported)
    else:
        raise MalformedEventError("progress is a percentage, or an object with an error")
    note_change(owner)
    if upload.progress is not None and not entry.consumed and not entry.cancelled:
        waiting = upload.progress(upload.name, entry)
        if inspect.isawaitable(waiting):
            await waiting
    return owner


def _note_progress(desk: UploadDesk, upload: Upload, entry: UploadEntry, reported: int) -> None:
    if upload.external is None:
        transfer = desk.transfer_of(entry)
        reported = transfer.progress(reported) if transfer is not None else entry.progress
    if entry.valid:
        entry.progress = reported
        entry.done = reported == 100


async def _add_entries(
    desk: UploadDesk, owner: HasState, upload: Upload, described: object
) -> list[UploadEntry]:
    entries = read_entries(upload, described)
    for replaced in upload.add(entries):
        replaced.cancelled = True
        await desk.end(replaced)
    note_change(owner)
    return entries


async def _ticket(desk: UploadDesk, upload: Upload, entry: UploadEntry) -> str | dict[str, Any] | None:
    """Return a token for our own channel, or the result of ``external``; None if that refuses the entry.

    Raises:
        LiveViewError: if the ``external`` function returns no uploader.
        Exception: the error of the ``external`` function.
    """
    if upload.external is None:
        return desk.preflight(upload, entry)
    try:
        made = upload.external(entry)
        meta = dict(await made if inspect.isawaitable(made) else made)
    except UploadRefused as refusal:
        entry.errors.append(str(refusal) or FAILED)
        return None
    if not isinstance(meta.get("uploader"), str):
        raise LiveViewError(
            f"the external function of the upload {upload.name!r} has to return a dict with an 'uploader', "
            "the name of one of the client's uploaders"
        )
    entry.meta = meta
    return meta

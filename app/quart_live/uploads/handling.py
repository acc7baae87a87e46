"""What a channel does with the client's messages about uploads: choosing files, asking to send, progress."""

from __future__ import annotations

import inspect
from typing import Any

from ..errors import LiveViewError, MalformedEventError
from ..view.state import HasState
from .desk import UploadDesk, note_change
from .entries import FAILED, Upload, UploadEntry, UploadRefused, read_entries


async def chosen(desk: UploadDesk | None, payload: object) -> None:
    """Take in the files that a form event says were chosen, before the event is handled.

    Raises:
        MalformedEventError: if the official client cannot have said it.
    """
    described = payload.get("uploads") if isinstance(payload, dict) else None
    if not described or desk is None:
        return
    if not isinstance(described, dict):
        raise MalformedEventError("uploads is an object")
    for ref, entries in described.items():
        found = desk.find(ref)
        if found is not None:  # else it is from before the last mount
            await _take_in(desk, *found, entries)


async def preflight(desk: UploadDesk | None, payload: object) -> tuple[HasState | None, dict[str, Any]]:
    """Answer ``allow_upload``: may these files be sent, and how?

    Without ``auto_upload`` they go with their form, all or none: if one is refused, nothing is allowed, and
    the client lets go of the form. Were the others allowed, it would wait for them at the next submit,
    although it has given up sending them. They are asked for again then. (As in Phoenix.)

    Returns:
        Whose upload it is, and the ``response`` for the client.
    """
    if not isinstance(payload, dict):
        raise MalformedEventError("allow_upload needs an object")
    ref, described = payload.get("ref"), payload.get("entries")
    found = desk.find(ref) if desk is not None else None
    if found is None or desk is None:
        return None, {"ref": ref, "error": [[ref, "disallowed"]]}
    owner, upload = found
    entries = await _take_in(desk, owner, upload, described)
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
    """What speaks against sending these files: each time the ref of the upload or the entry, and a reason."""
    whole = [[upload.ref, error] for error in upload.errors]
    return whole + [[entry.ref, error] for entry in asked for error in entry.errors]


async def progress(desk: UploadDesk | None, payload: object) -> HasState | None:
    """Note how far an entry has come, or that the client could not send it. Returns whose upload it is."""
    if not isinstance(payload, dict):
        raise MalformedEventError("progress needs an object")
    found = desk.find(payload.get("ref")) if desk is not None else None
    entry = found[1].entry(payload.get("entry_ref")) if found is not None else None
    if desk is None or found is None or entry is None or not entry.preflighted:
        return None  # it was cancelled, or is from before the last mount
    owner, upload = found
    said = payload.get("progress")
    if isinstance(said, dict):
        if not entry.errors and not entry.cancelled:
            entry.errors.append(FAILED)
        await desk.end(entry)
    elif type(said) is int and 0 <= said <= 100:
        _progressed(desk, upload, entry, said)
    else:
        raise MalformedEventError("progress is a number of percent, or an object with an error")
    note_change(owner)
    if upload.progress is not None and not entry.consumed and not entry.cancelled:
        waiting = upload.progress(upload.name, entry)
        if inspect.isawaitable(waiting):
            await waiting
    return owner


def _progressed(desk: UploadDesk, upload: Upload, entry: UploadEntry, said: int) -> None:
    if upload.external is None:
        transfer = desk.transfer_of(entry)
        said = transfer.progress(said) if transfer is not None else entry.progress
    if entry.valid:
        entry.progress = said
        entry.done = said == 100


async def _take_in(desk: UploadDesk, owner: HasState, upload: Upload, described: object) -> list[UploadEntry]:
    entries = read_entries(upload, described)
    for replaced in upload.add(entries):
        replaced.cancelled = True
        await desk.end(replaced)
    note_change(owner)
    return entries


async def _ticket(desk: UploadDesk, upload: Upload, entry: UploadEntry) -> str | dict[str, Any] | None:
    """A token for our own channel, or what the ``external`` function says."""
    if upload.external is None:
        return desk.preflight(upload, entry)
    try:
        made = upload.external(entry)
        meta = dict(await made if inspect.isawaitable(made) else made)
    except UploadRefused as refusal:
        entry.errors.append(str(refusal) or FAILED)
        return None
    if not isinstance(meta.get("uploader"), str):
        raise LiveViewError(f"the external function of {upload.name!r} returns a dict with an 'uploader'")
    entry.meta = meta
    return meta

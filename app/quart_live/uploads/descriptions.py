"""The client's descriptions of chosen files, checked and read as entries."""

from __future__ import annotations

import re

from ..errors import MalformedEventError
from .entries import Upload, UploadEntry

_REF = re.compile(r"[0-9]{1,15}")
_MAX_NAME = 4096


def read_entries(upload: Upload, described: object) -> list[UploadEntry]:
    """Read the client's descriptions of chosen files.

    Raises:
        MalformedEventError: if the official client cannot have sent them.
    """
    if not isinstance(described, list):
        raise MalformedEventError("the entries of an upload are a list")
    return [_read_entry(upload, each) for each in described]


def _read_entry(upload: Upload, described: object) -> UploadEntry:
    if not isinstance(described, dict):
        raise MalformedEventError("an upload entry is an object")
    ref, name, size = described.get("ref"), described.get("name"), described.get("size")
    if not isinstance(ref, str) or not _REF.fullmatch(ref):
        raise MalformedEventError("an upload entry has a number as ref")
    if not isinstance(name, str) or len(name) > _MAX_NAME or type(size) is not int or size < 0:
        raise MalformedEventError("an upload entry has a name and a size")
    modified = described.get("last_modified")
    return UploadEntry(
        ref=ref,
        upload_ref=upload.ref,
        upload_name=upload.name,
        client_name=name,
        client_size=size,
        client_type=_short_text(described.get("type")),
        client_relative_path=_short_text(described.get("relative_path")),
        client_last_modified=modified if type(modified) is int else None,
        client_meta=described.get("meta"),
    )


def _short_text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _MAX_NAME else ""

"""An upload and its entries, as templates and handlers see them.

``uploads.avatar`` is an `Upload`; each file that somebody has chosen for it is an `UploadEntry`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import LiveViewError, MalformedEventError
from .accept import Accept

if TYPE_CHECKING:
    from .writer import UploadWriter

SELECTED, TOTAL = "selected", "total"
TOO_LARGE, TOO_MANY, NOT_ACCEPTED = "too_large", "too_many_files", "not_accepted"
FAILED, TIMED_OUT, NOT_WRITTEN = "failed", "timed_out", "not_written"

SURPLUS = 100
"""How many entries above ``max_entries`` are kept, so that the page can show them; more are left out."""

_REF = re.compile(r"[0-9]{1,15}")
_MAX_NAME = 4096


@dataclass(slots=True, eq=False)
class UploadEntry:
    """One chosen file. Everything named ``client_…`` is what the browser says: show it, do not trust it.

    Attributes:
        ref: the browser's number of the file, for `LiveView.cancel_upload`.
        upload_ref: the upload's ``ref``.
        upload_name: the upload's name.
        client_name: the file's name there. Never use it as a path; `uuid` and `extension` make a good one.
        client_size: bytes.
        client_type: media type; may be empty.
        client_relative_path: for a chosen folder, the path within it.
        client_last_modified: milliseconds since 1970.
        client_meta: what a script of the page has put with the file.
        uuid: unique, made here.
        progress: percent.
        preflighted: whether the browser was allowed to send it.
        done: whether it has come completely.
        cancelled: whether `LiveView.cancel_upload` was called.
        errors: reasons why it cannot be uploaded: ``too_large``, ``not_accepted``, ``timed_out``, ``failed``,
            ``not_written``, or the text of an `UploadRefused`.
        meta: what the ``external`` function has returned.
        consumed: whether its file was given to a consuming function, and deleted.
        over: whether its transfer has failed, so that none can begin.
    """

    ref: str
    upload_ref: str
    upload_name: str
    client_name: str
    client_size: int
    client_type: str = ""
    client_relative_path: str = ""
    client_last_modified: int | None = None
    client_meta: Any = None
    uuid: str = field(default_factory=lambda: secrets.token_hex(16))
    progress: int = 0
    preflighted: bool = False
    done: bool = False
    cancelled: bool = False
    errors: list[str] = field(default_factory=list)
    meta: dict[str, Any] = field(default_factory=dict)
    consumed: bool = field(default=False, repr=False)
    over: bool = field(default=False, repr=False)

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.errors

    @property
    def extension(self) -> str:
        """The extension of the client's name if it is a harmless one, such as ``.png``; else empty."""
        found = re.search(r"\.[A-Za-z0-9]{1,10}\Z", self.client_name)
        return found[0].lower() if found else ""


Progress: TypeAlias = Callable[[str, UploadEntry], Awaitable[None] | None]
MakeWriter: TypeAlias = "Callable[[UploadEntry], UploadWriter]"
External: TypeAlias = Callable[[UploadEntry], Awaitable[Mapping[str, Any]] | Mapping[str, Any]]


@dataclass(slots=True, eq=False)
class Upload:
    """What may be uploaded under one name, and what has been chosen; made by `LiveView.allow_upload`.

    Attributes:
        name: the name, also of the file input.
        ref: the input's element id, for ``phx-drop-target``. Another one after each mount.
        accept: the file types.
        max_entries: how many files.
        max_entries_mode: which files count: those that are ``selected`` now, or in ``total`` those that were
            consumed before as well.
        max_file_size: bytes each.
        chunk_size: bytes sent at once.
        chunk_timeout: seconds within which the next chunk has to come.
        auto_upload: whether files are sent as soon as they are chosen.
        progress: called when an entry has progressed.
        external: called to learn where an entry shall be sent instead.
        writer: called to learn what takes an entry's bytes, if not a temporary file.
        entries: the files, in the order in which they were chosen.
        errors: reasons that concern all of them: ``too_many_files``.
        gone: how many were consumed and have been forgotten.
    """

    name: str
    accept: Accept
    max_entries: int = 1
    max_entries_mode: str = SELECTED
    max_file_size: int = 8_000_000
    chunk_size: int = 64_000
    chunk_timeout: float = 10
    auto_upload: bool = False
    progress: Progress | None = None
    external: External | None = None
    writer: MakeWriter | None = None
    ref: str = field(default_factory=lambda: f"phx-{secrets.token_urlsafe(9)}")
    entries: list[UploadEntry] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    gone: int = field(default=0, repr=False)

    def __post_init__(self) -> None:
        if self.max_entries_mode not in (SELECTED, TOTAL):
            raise LiveViewError(
                f'allow_upload: max_entries_mode is "selected" or "total", not {self.max_entries_mode!r}'
            )
        if self.external is not None and self.writer is not None:
            raise LiveViewError("allow_upload: what goes elsewhere by external= never comes to a writer")
        for name in ("max_entries", "max_file_size", "chunk_size", "chunk_timeout"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise LiveViewError(f"allow_upload: {name} is a positive number, not {value!r}")

    def entry(self, ref: object) -> UploadEntry | None:
        """The entry with this ref, if there is one."""
        return next((entry for entry in self.entries if entry.ref == ref), None)

    def add(self, chosen: Iterable[UploadEntry]) -> list[UploadEntry]:
        """Take in what was chosen, each with its errors; what is there already stays as it is.

        Returns:
            What has made way: if only one file is wanted, the new one replaces the old one.
        """
        known = {entry.ref for entry in self.entries}
        new = [entry for entry in chosen if entry.ref not in known]
        replaced = list(self.entries) if self.max_entries == 1 and len(new) == 1 else []
        for entry in replaced:
            self.drop(entry)
        for entry in new:
            if len(self.entries) < self.max_entries + SURPLUS:
                entry.errors.extend(self._objections(entry))
                self.entries.append(entry)
        self._count()
        return replaced

    def drop(self, entry: UploadEntry) -> None:
        """Forget an entry."""
        if entry.consumed and entry in self.entries:
            self.gone += 1
        self.entries = [kept for kept in self.entries if kept is not entry]
        self._count()

    def awaiting_preflight(self, refs: Iterable[str]) -> list[UploadEntry]:
        """Those of the entries that may be sent now."""
        wanted = set(refs)
        within = self.entries[: self._room()]
        return [entry for entry in within if entry.ref in wanted and entry.valid and not entry.preflighted]

    def _objections(self, entry: UploadEntry) -> Iterator[str]:
        if entry.client_size > self.max_file_size:
            yield TOO_LARGE
        elif not self.accept.takes(entry.client_name, entry.client_type):
            yield NOT_ACCEPTED

    def _room(self) -> int:
        """How many of the entries, from the first, may be there."""
        return max(0, self.max_entries - self.gone) if self.max_entries_mode == TOTAL else self.max_entries

    def _count(self) -> None:
        self.errors = [TOO_MANY] if len(self.entries) > self._room() else []


class UploadRefused(Exception):  # noqa: N818 - an answer, not an error
    """Raised by an ``external`` function or an `UploadWriter` to refuse a file.

    Its text becomes the entry's error.
    """


class Uploads:
    """The assign ``uploads``: the uploads by name, ``uploads.avatar`` or ``uploads["avatar"]``."""

    def __getattr__(self, name: str) -> Upload:
        try:
            upload: Upload = self.__dict__[name]
        except KeyError:
            raise AttributeError(f"no upload {name!r}; call allow_upload({name!r}, …) in mount") from None
        return upload

    def __getitem__(self, name: str) -> Upload:
        return self.__getattr__(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__


def read_entries(upload: Upload, described: object) -> list[UploadEntry]:
    """Read what the client says about chosen files.

    Raises:
        MalformedEventError: if the official client cannot have said it.
    """
    if not isinstance(described, list):
        raise MalformedEventError("the entries of an upload are a list")
    return [_read_entry(upload, one) for one in described]


def _read_entry(upload: Upload, said: object) -> UploadEntry:
    if not isinstance(said, dict):
        raise MalformedEventError("an upload entry is an object")
    ref, name, size = said.get("ref"), said.get("name"), said.get("size")
    if not isinstance(ref, str) or not _REF.fullmatch(ref):
        raise MalformedEventError("an upload entry has a number as ref")
    if not isinstance(name, str) or len(name) > _MAX_NAME or type(size) is not int or size < 0:
        raise MalformedEventError("an upload entry has a name and a size")
    modified = said.get("last_modified")
    return UploadEntry(
        ref=ref,
        upload_ref=upload.ref,
        upload_name=upload.name,
        client_name=name,
        client_size=size,
        client_type=_short_text(said.get("type")),
        client_relative_path=_short_text(said.get("relative_path")),
        client_last_modified=modified if type(modified) is int else None,
        client_meta=said.get("meta"),
    )


def _short_text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= _MAX_NAME else ""

"""An upload and its entries, as templates and handlers see them.

``uploads.avatar`` is an `Upload`; each file that the user has chosen for it is an `UploadEntry`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from ..errors import LiveViewError
from .accept import Accept

if TYPE_CHECKING:
    from .writer import UploadWriter

SELECTED, TOTAL = "selected", "total"
TOO_LARGE, TOO_MANY, NOT_ACCEPTED = "too_large", "too_many_files", "not_accepted"
FAILED, TIMED_OUT, NOT_WRITTEN = "failed", "timed_out", "not_written"

SURPLUS = 100
"""The number of entries above ``max_entries`` that are kept, so that the page can show them."""


@dataclass(slots=True, eq=False)
class UploadEntry:
    """One chosen file. All attributes ``client_…`` come from the browser: show them, do not trust them.

    Attributes:
        ref: the browser's number of the file, for `LiveView.cancel_upload`.
        upload_ref: the upload's ``ref``.
        upload_name: the upload's name.
        client_name: the file's name there. Never use it as a path; `uuid` and `extension` make a good one.
        client_size: the number of bytes.
        client_type: the media type; may be empty.
        client_relative_path: for a chosen folder, the path within it.
        client_last_modified: the time of the last change, in milliseconds since 1970.
        client_meta: the value that a script of the page has added to the file.
        uuid: a unique id, made by the engine.
        progress: the percentage that has come.
        preflighted: whether the browser was allowed to send it.
        done: whether it has come completely.
        cancelled: whether `LiveView.cancel_upload` was called.
        errors: the reasons why it cannot be uploaded: ``too_large``, ``not_accepted``, ``timed_out``,
            ``failed``, ``not_written``, or the text of an `UploadRefused`.
        meta: the dict that the ``external`` function has returned.
        consumed: whether it was consumed, and its file deleted.
        over: whether its transfer has failed, so that no other may begin.
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
        """Whether it has no errors."""
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
    """An upload: its limits and its chosen files; made by `LiveView.allow_upload`.

    Attributes:
        name: the name, also of the file input.
        ref: the input's element id, for ``phx-drop-target``. Another one after each mount.
        accept: the file types.
        max_entries: the largest number of files.
        max_entries_mode: the files that count: those that are ``selected`` now, or in ``total`` those that
            were consumed before as well.
        max_file_size: the largest size of a file, in bytes.
        chunk_size: the bytes sent at once.
        chunk_timeout: the seconds within which the next chunk has to come.
        auto_upload: whether files are sent as soon as they are chosen.
        progress: the function that is called when an entry has progressed.
        external: the function that returns where else the browser sends an entry; None for this server.
        writer: the function that makes the writer of an entry; None for a temporary file.
        entries: the files, in the order in which they were chosen.
        errors: the errors of all files together: ``too_many_files``.
        gone: the number of entries that were consumed and forgotten.

    Raises:
        LiveViewError: if a limit or the mode is out of range, or both ``external`` and ``writer`` are given.
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
                f'allow_upload: max_entries_mode has to be "selected" or "total", '
                f"not {self.max_entries_mode!r}"
            )
        if self.external is not None and self.writer is not None:
            raise LiveViewError("allow_upload: give either external= or writer=, not both")
        for name in ("max_entries", "max_file_size", "chunk_size", "chunk_timeout"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
                raise LiveViewError(f"allow_upload: {name} has to be a positive number, not {value!r}")

    def entry(self, ref: object) -> UploadEntry | None:
        """Return the entry with this ref; None if there is none."""
        return next((entry for entry in self.entries if entry.ref == ref), None)

    def add(self, chosen: Iterable[UploadEntry]) -> list[UploadEntry]:
        """Add chosen entries, each with its errors; entries that are there already stay as they are.

        Returns:
            The replaced entries: if only one file may be chosen, a new one replaces the old one.
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
        self._check_number()
        return replaced

    def drop(self, entry: UploadEntry) -> None:
        """Forget an entry."""
        if entry.consumed and entry in self.entries:
            self.gone += 1
        self.entries = [kept for kept in self.entries if kept is not entry]
        self._check_number()

    def awaiting_preflight(self, refs: Iterable[str]) -> list[UploadEntry]:
        """Return those of the entries that may be sent now."""
        wanted = set(refs)
        within = self.entries[: self._room()]
        return [entry for entry in within if entry.ref in wanted and entry.valid and not entry.preflighted]

    def _objections(self, entry: UploadEntry) -> Iterator[str]:
        if entry.client_size > self.max_file_size:
            yield TOO_LARGE
        elif not self.accept.takes(entry.client_name, entry.client_type):
            yield NOT_ACCEPTED

    def _room(self) -> int:
        """Return how many of the entries, from the first, are within the limit."""
        return max(0, self.max_entries - self.gone) if self.max_entries_mode == TOTAL else self.max_entries

    def _check_number(self) -> None:
        self.errors = [TOO_MANY] if len(self.entries) > self._room() else []


class UploadRefused(Exception):  # noqa: N818 - an answer, not an error
    """The refusal of a file, to be raised by an ``external`` function or an `UploadWriter`.

    Its text becomes the entry's error.
    """


class Uploads:
    """The assign ``uploads``: the uploads by name, ``uploads.avatar`` or ``uploads["avatar"]``.

    Raises:
        AttributeError: for a name that was not allowed.
    """

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

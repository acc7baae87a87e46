"""Temporary files of uploads. All disk work is done in threads, so that a slow disk delays nobody.

The engine chooses a file's name; nothing sent by a client becomes part of a path.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from .writer import DONE, UploadWriter

log = logging.getLogger("quart_live.uploads")


class UploadFolder:
    """The temporary files of one view, in a directory that is made when it is needed and removed at the end.

    Args:
        parent: the folder in which to make it; ``None`` for the system's default.
    """

    def __init__(self, parent: Path | None) -> None:
        self._parent = parent
        self._folder: TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()
        self._removed = False

    async def remove(self) -> None:
        """Remove the directory with all files in it. No more can be made afterwards."""
        if self._folder is None and not self._lock.locked():
            self._removed = True
            return
        try:
            await asyncio.to_thread(self._remove)
        except BaseException:
            self._remove()  # cancelled: blocking the loop for a moment is better than leaving files
            raise

    def _remove(self) -> None:
        with self._lock:
            self._removed = True
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def open_new(self) -> BinaryIO:
        """Make an empty file and open it for writing. Call it in a thread: it blocks.

        Raises:
            FileNotFoundError: if the folder was removed, as the view has ended.
            OSError: if the file cannot be made.
        """
        with self._lock:  # several files may begin at once, each in a thread
            if self._removed:
                raise FileNotFoundError("the view has ended")
            if self._folder is None:
                # Its finalizer removes it even if the process ends without calling `remove`.
                self._folder = TemporaryDirectory(
                    prefix="quart_live-", dir=self._parent, ignore_cleanup_errors=True
                )
            return (Path(self._folder.name) / secrets.token_hex(16)).open("xb")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that has come completely; passed to the function that consumes it.

    Attributes:
        path: the temporary file. Copy it, move it or read it: afterwards it is deleted.
        size: the number of bytes.
    """

    path: Path
    size: int


class TemporaryFile(UploadWriter):
    """The default writer: a file in the view's folder, deleted when it is not needed any more.

    Args:
        folder: the folder.
    """

    def __init__(self, folder: UploadFolder) -> None:
        self._folder = folder
        self._file: BinaryIO | None = None
        self._size = 0

    @property
    def path(self) -> Path:
        """The file's path; only after `init`."""
        assert self._file is not None
        return Path(self._file.name)

    def init(self) -> None:
        self._file = self._folder.open_new()

    def write_chunk(self, data: bytes) -> None:
        assert self._file is not None
        self._file.write(data)
        self._size += len(data)

    def close(self, reason: str | BaseException) -> None:
        if self._file is None:
            return
        try:
            self._file.close()
        except OSError:  # the disk has no room for the rest of the buffer
            if reason == DONE:
                raise
            log.debug("A temporary file could not be completed", exc_info=True)

    def let_go(self) -> None:
        if self._file is not None:
            self.path.unlink(missing_ok=True)  # fine if somebody has moved it away

    def meta(self) -> UploadedFile:
        return UploadedFile(self.path, self._size)

"""Temporary files of uploads. All disk work is done in threads, so that a slow disk delays nobody.

A file's name is chosen here; nothing that a client says becomes part of a path.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

log = logging.getLogger("quart_live.uploads")


class UploadFolder:
    """The temporary files of one view, in a directory that is made when it is needed and removed at the end.

    Args:
        parent: where to make it; ``None`` for the system's place.
    """

    def __init__(self, parent: Path | None) -> None:
        self._parent = parent
        self._folder: TemporaryDirectory[str] | None = None
        self._lock = threading.Lock()
        self._removed = False

    async def new_file(self) -> TemporaryFile:
        """Make an empty file.

        Raises:
            OSError: if that cannot be done, or the folder was removed.
        """
        return await asyncio.to_thread(self._new_file)

    async def remove(self) -> None:
        """Remove the directory with everything in it."""
        if self._folder is None and not self._lock.locked():
            self._removed = True
            return
        try:
            await asyncio.to_thread(self._remove)
        except BaseException:
            self._remove()  # cancelled: then rather hold the loop for a moment than leave it behind
            raise

    def _remove(self) -> None:
        with self._lock:
            self._removed = True
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def _new_file(self) -> TemporaryFile:
        with self._lock:  # several files begin at once, each in a thread
            if self._removed:
                raise FileNotFoundError("the view has gone")
            if self._folder is None:
                # Its finalizer removes it even if the process ends in a way that leaves us no time.
                self._folder = TemporaryDirectory(
                    prefix="quart_live-", dir=self._parent, ignore_cleanup_errors=True
                )
            path = Path(self._folder.name) / secrets.token_hex(16)
            return TemporaryFile(path, path.open("xb"))


class TemporaryFile:
    """One file that is being received.

    Attributes:
        path: where it is.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self._file = file
        self._lock = asyncio.Lock()

    async def write(self, data: bytes) -> None:
        """Append ``data``.

        Raises:
            OSError: if the disk is full, for example.
            ValueError: if the file is closed.
        """
        async with self._lock:
            await asyncio.to_thread(self._file.write, data)

    async def close(self) -> None:
        """Complete the file; it stays."""
        async with self._lock:
            await asyncio.to_thread(self._file.close)

    async def delete(self) -> None:
        """Close and remove the file; fine if somebody has moved it away."""
        async with self._lock:
            await asyncio.to_thread(self._delete)

    def _delete(self) -> None:
        try:
            self._file.close()
        except OSError:  # what is still in the buffer has no room on the disk
            log.debug("A temporary file could not be completed", exc_info=True)
        finally:
            self.path.unlink(missing_ok=True)

"""A file under way in a test: the client's side of its channel, or of its upload to another server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from ..errors import LiveViewError
from .wire import ViewWire

_REFS = count()


@dataclass
class ChosenFile:
    """A file on the user's disk.

    Attributes:
        name: the file's name.
        content: the file's bytes.
        type: the media type that the browser would send; may be empty.
        ref: the client's number for the file.
    """

    name: str
    content: bytes
    type: str = ""
    ref: str = field(default_factory=lambda: str(next(_REFS)))

    def described(self) -> dict[str, Any]:
        """Return the file's description, as the client sends it."""
        return {
            "path": self.name,
            "ref": self.ref,
            "last_modified": 1,
            "name": self.name,
            "relative_path": "",
            "type": self.type,
            "size": len(self.content),
        }


class Sending:
    """One file under way: the client's side of ``lvu:…``.

    Attributes:
        offset: the number of bytes sent.
    """

    def __init__(
        self,
        page: ViewWire,
        upload_ref: str,
        file: ChosenFile,
        chunk_size: int,
    ) -> None:
        self.page, self.upload_ref, self.file, self.chunk_size = page, upload_ref, file, chunk_size
        self.topic = f"lvu:{file.ref}"
        self.join_ref = ""
        self.offset = 0

    async def join(self, token: object) -> dict[str, Any]:
        """Join the channel; return the reply's payload."""
        self.join_ref = self.page.socket.next_ref()
        self.page.socket.send(self.join_ref, self.join_ref, self.topic, "phx_join", {"token": token})
        answer: dict[str, Any] = await self.page.socket.reply_to(self.join_ref)
        return answer

    async def chunk(self, data: bytes | None = None) -> dict[str, Any]:
        """Send the next chunk, or any bytes; return the reply's payload."""
        if data is None:
            data = self.file.content[self.offset : self.offset + self.chunk_size]
            self.offset += len(data)
        ref = self.page.socket.next_ref()
        self.page.socket.send_bytes(binary_frame(self.join_ref, ref, self.topic, "chunk", data))
        answer: dict[str, Any] = await self.page.socket.reply_to(ref)
        return answer

    async def progress(self, said: int | Mapping[str, str] | None = None) -> None:
        """Report the progress in per cent, or a failure."""
        percent = self.offset * 100 // max(1, len(self.file.content))
        payload = {
            "event": None,
            "ref": self.upload_ref,
            "entry_ref": self.file.ref,
            "progress": percent if said is None else said,
        }
        await self.page.exchange("progress", payload)

    async def rest(self) -> None:
        """Send all remaining chunks, with progress.

        Raises:
            LiveViewError: if the server refuses one.
        """
        while self.offset < len(self.file.content):
            answer = await self.chunk()
            if answer["status"] != "ok":
                reason = answer["response"]["reason"]
                if reason != "writer_error":  # the server knows that one
                    await self.progress({"error": reason})
                raise LiveViewError(f"{self.file.name} was refused: {reason}")
            await self.progress()


class ExternalSending(Sending):
    """A file that the browser sends to another server; its uploader reports the progress to the view.

    Attributes:
        meta: the result of the ``external`` function.
    """

    def __init__(
        self,
        page: ViewWire,
        upload_ref: str,
        file: ChosenFile,
        meta: dict[str, Any],
    ) -> None:
        super().__init__(page, upload_ref, file, len(file.content))
        self.meta = meta

    async def join(self, token: object = None) -> dict[str, Any]:
        """Refuse to join: the file has no channel.

        Raises:
            LiveViewError: always.
        """
        raise LiveViewError(f"{self.file.name} goes to {self.meta['uploader']!r}, not to this server")

    async def chunk(self, data: bytes | None = None) -> dict[str, Any]:
        """Refuse to send a chunk, as `join`.

        Raises:
            LiveViewError: always.
        """
        return await self.join()

    async def rest(self) -> None:
        """Report that all of the file has been sent."""
        self.offset = len(self.file.content)
        await self.progress(100)

    async def failed(self, reason: str = "failed") -> None:
        """Report that the file could not be sent, as ``entry.error(reason)`` does."""
        await self.progress({"error": reason})


def binary_frame(join_ref: str, ref: str, topic: str, event: str, data: bytes) -> bytes:
    """Return a push with raw data, as the client's serializer makes it."""
    names = [name.encode() for name in (join_ref, ref, topic, event)]
    return bytes([0, *map(len, names)]) + b"".join(names) + data

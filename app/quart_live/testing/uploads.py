"""Uploads in tests without a browser: choose files, send them, look at what the server says.

async with LiveViewTest(app, "/avatar") as page:
    avatar = page.file_input("avatar")
    await avatar.choose(ChosenFile("me.png", b"…", "image/png"))
    await avatar.send()
    await page.submit("form")
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from ..errors import LiveViewError
from . import forms
from .dom import Element, quoted

if TYPE_CHECKING:
    from .view import LiveViewTest

_REFS = count()


@dataclass
class ChosenFile:
    """A file on the user's disk.

    Attributes:
        name: its name.
        content: its bytes.
        type: its media type, as the browser would say; may be empty.
        ref: the client's number of it.
    """

    name: str
    content: bytes
    type: str = ""
    ref: str = field(default_factory=lambda: str(next(_REFS)))

    def described(self) -> dict[str, Any]:
        """What the client says about it."""
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
    """One file on its way: the client's side of ``lvu:…``.

    Attributes:
        offset: how many bytes were sent.
    """

    def __init__(
        self,
        page: LiveViewTest,
        upload_ref: str,
        file: ChosenFile,
        chunk_size: int,
    ) -> None:
        self.page, self.upload_ref, self.file, self.chunk_size = page, upload_ref, file, chunk_size
        self.topic = f"lvu:{file.ref}"
        self.join_ref = ""
        self.offset = 0

    async def join(self, token: object) -> dict[str, Any]:
        """Join the channel; returns the reply's payload."""
        self.join_ref = self.page.socket.next_ref()
        self.page.socket.send(self.join_ref, self.join_ref, self.topic, "phx_join", {"token": token})
        answer: dict[str, Any] = await self.page.socket.reply_to(self.join_ref)
        return answer

    async def chunk(self, data: bytes | None = None) -> dict[str, Any]:
        """Send the next chunk, or any bytes; returns the reply's payload."""
        if data is None:
            data = self.file.content[self.offset : self.offset + self.chunk_size]
            self.offset += len(data)
        ref = self.page.socket.next_ref()
        self.page.socket.send_bytes(binary_frame(self.join_ref, ref, self.topic, "chunk", data))
        answer: dict[str, Any] = await self.page.socket.reply_to(ref)
        return answer

    async def progress(self, said: int | Mapping[str, str] | None = None) -> None:
        """Report how far it is, or that it failed."""
        percent = self.offset * 100 // max(1, len(self.file.content))
        payload = {
            "event": None,
            "ref": self.upload_ref,
            "entry_ref": self.file.ref,
            "progress": percent if said is None else said,
        }
        await self.page._send("progress", payload)

    async def rest(self) -> None:
        """Send all that is left, with progress."""
        while self.offset < len(self.file.content):
            answer = await self.chunk()
            if answer["status"] != "ok":
                reason = answer["response"]["reason"]
                if reason != "writer_error":  # that the server knows
                    await self.progress({"error": reason})
                raise LiveViewError(f"{self.file.name} was refused: {reason}")
            await self.progress()


class ExternalSending(Sending):
    """A file that the browser sends elsewhere; its uploader tells the view how far it is.

    Attributes:
        meta: what the ``external`` function has returned.
    """

    def __init__(
        self,
        page: LiveViewTest,
        upload_ref: str,
        file: ChosenFile,
        meta: dict[str, Any],
    ) -> None:
        super().__init__(page, upload_ref, file, len(file.content))
        self.meta = meta

    async def join(self, token: object = None) -> dict[str, Any]:
        """There is no channel for it.

        Raises:
            LiveViewError: always.
        """
        raise LiveViewError(f"{self.file.name} goes to {self.meta['uploader']!r}, not to this server")

    async def chunk(self, data: bytes | None = None) -> dict[str, Any]:
        """See `join`."""
        return await self.join()

    async def rest(self) -> None:
        """Say that all of it has been sent."""
        self.offset = len(self.file.content)
        await self.progress(100)

    async def failed(self, reason: str = "failed") -> None:
        """Say that it could not be sent, as ``entry.error(reason)`` does."""
        await self.progress({"error": reason})


Uploader: TypeAlias = "Callable[[ExternalSending], Awaitable[None] | None]"
"""What stands for the page's JavaScript uploader; an exception is its error."""


class FileInput:
    """A ``live_file_input`` on a page.

    Args:
        page: the page.
        name: the upload's name.

    Attributes:
        files: what was chosen.
    """

    def __init__(self, page: LiveViewTest, name: str) -> None:
        self._page = page
        self._name = name
        self.files: list[ChosenFile] = []

    @property
    def element(self) -> Element:
        """The input."""
        return self._page.find(f"input[name={quoted(self._name)}]")

    @property
    def ref(self) -> str:
        """The upload's ref."""
        return self.element.get("data-phx-upload-ref")

    async def choose(self, *files: ChosenFile) -> None:
        """Choose files: they are added to those that are there, if there may be several."""
        form = self.element.closest("form")
        if form is None:
            raise LookupError("a file input needs a form around it")
        several = "multiple" in self.element.attributes
        active = self.element.get("data-phx-active-refs").split(",")
        kept = [file for file in self.files if file.ref in active]
        self.files = [*kept, *files] if several else list(files)
        described = [{**file.described(), "path": self._name} for file in self.files]
        extra = {"meta": {"_target": self._name}, "uploads": {self.ref: described}}
        value = urlencode(forms.fields(form, {}))
        await self._page._binding(form, "phx-change", "form", value, extra)

    async def preflight(self) -> dict[str, Any]:
        """Ask to send what was chosen and is still there; returns the response."""
        active = self.element.get("data-phx-active-refs").split(",")
        asked = self.element.get("data-phx-preflighted-refs").split(",")
        self.files = [file for file in self.files if file.ref in active]
        entries = [file.described() for file in self.files if file.ref not in asked]
        payload = {"ref": self.ref, "entries": entries}
        response: dict[str, Any] = await self._page._send("allow_upload", payload, whole=True)
        return response

    async def begin(self) -> list[Sending]:
        """Ask to send, and join the channel of each file that is not sent elsewhere.

        Returns:
            The files that may be sent: an `ExternalSending` for each that goes elsewhere.

        Raises:
            LiveViewError: if the server does not allow it.
        """
        ref = self.ref
        response = await self.preflight()
        if not response.get("entries"):
            raise LiveViewError(f"nothing may be sent: {response}")
        under_way: list[Sending] = []
        for file in self.files:
            ticket = response["entries"].get(file.ref)
            if isinstance(ticket, dict):
                under_way.append(ExternalSending(self._page, ref, file, ticket))
            elif ticket is not None:
                sending = Sending(self._page, ref, file, response["config"]["chunk_size"])
                answer = await sending.join(ticket)
                if answer["status"] != "ok":
                    raise LiveViewError(f"{file.name} may not be sent: {answer['response']}")
                under_way.append(sending)
        return under_way

    async def send(self, uploader: Uploader | None = None) -> None:
        """Send everything, as the client does on submit or with ``auto_upload``.

        Args:
            uploader: called with each file that goes elsewhere (``sending.file``, ``sending.meta``); it may
                say ``await sending.progress(50)``. What it raises is told to the view, and raised. When it
                returns, the file has been sent; without one each is taken as sent.
        """
        for sending in await self.begin():
            if isinstance(sending, ExternalSending) and uploader is not None:
                try:
                    waiting = uploader(sending)
                    if inspect.isawaitable(waiting):
                        await waiting
                except Exception as error:
                    await sending.failed(str(error) or "failed")
                    raise
            await sending.rest()


def binary_frame(join_ref: str, ref: str, topic: str, event: str, data: bytes) -> bytes:
    """A push with raw data, as the client's serializer makes it."""
    names = [name.encode() for name in (join_ref, ref, topic, event)]
    return bytes([0, *map(len, names)]) + b"".join(names) + data

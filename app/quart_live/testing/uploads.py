"""Uploads in tests without a browser: choose files, send them, read the answers.

async with LiveViewTest(app, "/avatar") as page:
    avatar = page.file_input("avatar")
    await avatar.choose(ChosenFile("me.png", b"…", "image/png"))
    await avatar.send()
    await page.submit("form")
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias
from urllib.parse import urlencode

from ..errors import LiveViewError
from . import forms
from .bindings import BoundPage
from .dom import Element, quoted
from .sending import ChosenFile, ExternalSending, Sending

Uploader: TypeAlias = "Callable[[ExternalSending], Awaitable[None] | None]"
"""The stand-in for the page's JavaScript uploader; an exception is its error."""


class FileInput:
    """A ``live_file_input`` on a page.

    Args:
        page: the page.
        name: the upload's name.

    Attributes:
        files: the chosen files.
    """

    def __init__(self, page: BoundPage, name: str) -> None:
        self._page = page
        self._name = name
        self.files: list[ChosenFile] = []

    @property
    def element(self) -> Element:
        """The input's element."""
        return self._page.find(f"input[name={quoted(self._name)}]")

    @property
    def ref(self) -> str:
        """The upload's ref."""
        return self.element.get("data-phx-upload-ref")

    async def choose(self, *files: ChosenFile) -> None:
        """Choose files: they are added to those that are there, if the input takes several.

        Raises:
            LookupError: if there is no form around the input.
        """
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
        await self._page.binding(form, "phx-change", "form", value, extra)

    async def preflight(self) -> dict[str, Any]:
        """Ask to send the chosen files that are still there; return the response.

        Raises:
            LiveViewError: if the server refuses.
        """
        active = self.element.get("data-phx-active-refs").split(",")
        asked = self.element.get("data-phx-preflighted-refs").split(",")
        self.files = [file for file in self.files if file.ref in active]
        entries = [file.described() for file in self.files if file.ref not in asked]
        payload = {"ref": self.ref, "entries": entries}
        response: dict[str, Any] = await self._page.exchange("allow_upload", payload, whole=True)
        return response

    async def begin(self) -> list[Sending]:
        """Ask to send, and join the channel of each file that is not sent to another server.

        Returns:
            The files that may be sent: an `ExternalSending` for each that goes to another server.

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
            uploader: called with each file that goes to another server (``sending.file``, ``sending.meta``);
                it may report ``await sending.progress(50)``. When it returns, the file has been sent; without
                one each is taken as sent.

        Raises:
            LiveViewError: if the server refuses a file.
            Exception: the error of the uploader, after it was reported to the view.
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

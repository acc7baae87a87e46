"""Live views for the tests of uploads."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from quart_live import LiveView, Postpone, UploadedFile, UploadEntry


class DocLive(LiveView):
    """The page that the captures were recorded from."""

    inline_template = """
<form id="up" phx-change="validate" phx-submit="save">{{ live_file_input(uploads.doc) -}}
<button>Go</button></form>
{% for e in uploads.doc.entries %}<p>{{ e.client_name }} {{ e.progress }}%
{%- for err in upload_errors(uploads.doc, e) %}<i>{{ err }}</i>{% endfor %}</p>{% endfor %}
{% for err in upload_errors(uploads.doc) %}<b>{{ err }}</b>{% endfor %}
{% for g in got %}<u>{{ g }}</u>{% endfor %}"""
    options: ClassVar[dict[str, Any]] = {
        "accept": ".txt",
        "max_entries": 2,
        "max_file_size": 1000,
        "chunk_size": 64,
    }
    paths: ClassVar[list[Path]] = []

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got=[], seen=[])
        self.allow_upload("doc", **type(self).options)

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "cancel":
                self.cancel_upload("doc", params["ref"])
            case "save":
                got = await self.consume_uploaded_entries("doc", self.read)
                self.assign(got=[*self.assigns.got, *got])
            case "later":
                await self.consume_uploaded_entries("doc", lambda file, entry: Postpone(entry.client_name))
            case "fail":
                await self.consume_uploaded_entries("doc", self.fail)
            case "crash":
                raise RuntimeError("asked for")
            case "redirect":
                self.redirect(to="/doc")

    def read(self, file: UploadedFile, entry: UploadEntry) -> str:
        type(self).paths.append(file.path)
        assert file.size == file.path.stat().st_size
        return f"{entry.client_name}:{len(file.path.read_bytes())}"

    async def fail(self, file: UploadedFile, entry: UploadEntry) -> str:
        raise RuntimeError("asked for")


class AutoLive(LiveView):
    """Files are sent at once and consumed when they are there."""

    inline_template = """
<form id="up" phx-change="validate">{{ live_file_input(uploads.doc, aria_label="Files") }}</form>
{% for e in uploads.doc.entries %}<p>{{ e.client_name }} {{ e.progress }}</p>{% endfor %}
{% for g in got %}<u>{{ g }}</u>{% endfor %}"""
    options: ClassVar[dict[str, Any]] = {"max_entries": 3}

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got=[])
        self.allow_upload(
            "doc",
            accept="any",
            auto_upload=True,
            progress=self.progressed,
            chunk_size=1000,
            **type(self).options,
        )

    async def handle_event(self, event: str, params: Any) -> None:
        pass

    async def progressed(self, name: str, entry: UploadEntry) -> None:
        if entry.done:
            text = await self.consume_uploaded_entry(entry, self.read)
            self.assign(got=[*self.assigns.got, text])

    async def read(self, file: UploadedFile, entry: UploadEntry) -> str:
        return f"{entry.client_name}:{file.size}"

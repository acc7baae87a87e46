"""Uploads and slow work of live components: same methods, and they go with their component."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, ClassVar

from quart import Quart
from support.sockets import socket_of

from quart_live import (
    AsyncResult,
    LiveComponent,
    LiveView,
    LiveViewTest,
    QuartLive,
    UploadedFile,
    UploadEntry,
)
from quart_live.testing import ChosenFile


class AvatarComponent(LiveComponent):
    inline_template = """<form id="up" phx-change="validate" phx-submit="save" phx-target="{{ myself }}">
        {{ live_file_input(uploads.doc) }}
        {% for entry in uploads.doc.entries %}<p>{{ entry.client_name }} {{ entry.progress }}</p>{% endfor %}
        <b>{{ got|join }}</b><i>{% if org.ok %}{{ org.result }}{% elif org.loading %}loading{% endif %}</i>
        <u>{{ job }}</u></form>"""
    gate: ClassVar[asyncio.Event]
    cancelled: ClassVar[list[str]]

    async def mount(self) -> None:
        self.assign(got=[], job="")
        self.allow_upload("doc", accept="any", chunk_size=100)
        self.assign_async("org", self.fetch)
        self.start_async("job", asyncio.sleep(0, "done"))

    async def fetch(self) -> str:
        try:
            await type(self).gate.wait()
        except asyncio.CancelledError:
            type(self).cancelled.append("org")
            raise
        return "Parley"

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        self.assign(job=f"{name} {result.result}")

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "save":
            self.assign(got=await self.consume_uploaded_entries("doc", self.keep))

    async def keep(self, file: UploadedFile, entry: UploadEntry) -> str:
        return f"{entry.client_name}:{file.size}"


class PageLive(LiveView):
    inline_template = """<div>{% if shown %}{{ live_component(component, id="a") }}{% endif %}</div>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(shown=True, component=AvatarComponent)

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(shown=False)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_a_component_uploads_and_works_beside_itself(
    app: Quart, live: QuartLive, tmp_path: Path
) -> None:
    AvatarComponent.gate, AvatarComponent.cancelled = asyncio.Event(), []
    app.config["LIVE_UPLOAD_DIR"] = str(tmp_path)
    live.route("/page", PageLive)
    async with LiveViewTest(app, "/page") as page:
        await page.until(lambda: "job done" in page.html)
        assert "loading" in page.html
        AvatarComponent.gate.set()
        await page.until(lambda: "<i>Parley</i>" in page.html)
        doc = page.file_input("doc")
        await doc.choose(ChosenFile("a.txt", b"x" * 250))
        assert "a.txt 0" in page.html
        await doc.send()
        assert "a.txt 100" in page.html
        await page.submit("#up")
        await page.until(lambda: "a.txt:250" in page.html and "a.txt 100" not in page.html)
        assert files_in(tmp_path) == []


async def test_what_a_component_holds_goes_with_it(app: Quart, live: QuartLive, tmp_path: Path) -> None:
    AvatarComponent.gate, AvatarComponent.cancelled = asyncio.Event(), []
    app.config["LIVE_UPLOAD_DIR"] = str(tmp_path)
    live.route("/page", PageLive)
    async with LiveViewTest(app, "/page") as page:
        await page.until(lambda: "job done" in page.html)
        doc = page.file_input("doc")
        await doc.choose(ChosenFile("a.txt", b"x" * 250))
        (sending,) = await doc.begin()
        await sending.chunk()
        assert len(files_in(tmp_path)) == 1
        await page.push("hide")
        await page.exchange("cids_will_destroy", {"cids": [1]})
        await page.exchange("cids_destroyed", {"cids": [1]})
        await page.settle()
        await page.settle()
        assert files_in(tmp_path) == []
        assert AvatarComponent.cancelled == ["org"]
        channel = page.channel
        assert channel.tasks is not None and not len(channel.tasks)
        assert socket_of(page).transfers == {}
        assert (await sending.chunk())["status"] == "error"
        await sending.progress(100)

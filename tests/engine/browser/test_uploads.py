"""Uploads with the unmodified client in a real browser."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any, ClassVar

import pytest
from engine.browser.site import Serve, Site, make_app
from playwright.async_api import FilePayload, Page, expect
from quart import request
from support.sockets import socket_under

from quart_live import LiveView, UploadedFile, UploadEntry, UploadRefused, UploadWriter

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

ENTRIES = """
    <ul>{% for entry in uploads.doc.entries %}
      <li>{{ live_img_preview(entry, width=20) }} {{ entry.client_name }} {{ entry.progress }}%
        {{ upload_errors(uploads.doc, entry)|join }}
        <a phx-click="cancel" phx-value-ref="{{ entry.ref }}">Cancel</a></li>{% endfor %}</ul>
    {% for error in upload_errors(uploads.doc) %}<b>{{ error }}</b>{% endfor %}
    {% for text in got %}<u>{{ text }}</u>{% endfor %}"""


class Keeping(LiveView):
    """Keeps what is uploaded in a folder."""

    folder: ClassVar[Path]
    saved: ClassVar[asyncio.Event]

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "cancel":
            self.cancel_upload("doc", params["ref"])
        elif event == "save":
            got = await self.consume_uploaded_entries("doc", self.keep)
            self.assign(got=self.assigns.got + got)
            self.saved.set()
        elif event == "crash":
            raise RuntimeError("asked for")

    def keep(self, file: UploadedFile, entry: UploadEntry) -> str:
        content = file.path.read_bytes()
        (self.folder / f"{entry.uuid}{entry.extension}").write_bytes(content)
        return f"{entry.client_name}:{len(content)}"


class FormLive(Keeping):
    inline_template = (
        """<form id="up" phx-change="validate" phx-submit="save">{{ live_file_input(uploads.doc) }}
        <div phx-drop-target="{{ uploads.doc.ref }}">Drop here</div><button>Save</button></form>
        <i phx-click="crash">Crash</i>"""
        + ENTRIES
    )
    gate: ClassVar[asyncio.Event]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got=[])
        self.allow_upload(
            "doc",
            accept=[".txt", "image/*"],
            max_entries=3,
            max_file_size=300_000,
            chunk_size=1000,
            progress=self.progressed,
        )

    async def progressed(self, name: str, entry: UploadEntry) -> None:
        if entry.progress >= 50:
            await self.gate.wait()


class AutoLive(Keeping):
    inline_template = (
        """<form id="up" phx-change="validate" phx-submit="save">{{ live_file_input(uploads.doc) }}
        <button>Save</button></form>"""
        + ENTRIES
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got=[])
        self.allow_upload(
            "doc",
            accept="any",
            max_entries=2,
            max_file_size=5000,
            auto_upload=True,
            chunk_size=1000,
            progress=self.progressed,
        )

    async def progressed(self, name: str, entry: UploadEntry) -> None:
        if entry.done:
            self.assign(got=[*self.assigns.got, await self.consume_uploaded_entry(entry, self.keep)])


def payload(name: str, content: bytes, type: str = "text/plain") -> FilePayload:
    return {"name": name, "mimeType": type, "buffer": content}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """The folder in which the views keep uploads."""
    folder = tmp_path / "kept"
    folder.mkdir()
    Keeping.folder = folder
    Keeping.saved = asyncio.Event()
    FormLive.gate = asyncio.Event()
    FormLive.gate.set()
    return folder


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """The folder of temporary files."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


async def open_page(serve: Serve, temporary: Path, path: str = "/") -> tuple[Site, Page]:
    app = make_app({"/": FormLive, "/auto": AutoLive})
    app.config["LIVE_UPLOAD_DIR"] = str(temporary)
    site = await serve(app)
    return site, await site.open(path)


def contents(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


async def test_choose_send_and_keep(serve: Serve, kept: Path, temporary: Path) -> None:
    _, page = await open_page(serve, temporary)
    FormLive.gate.clear()
    await page.set_input_files("input", [payload("ä b.txt", b"x" * 2500), payload("c.txt", b"y")])
    await expect(page.locator("li")).to_have_count(2)
    await expect(page.locator("li").first).to_contain_text("ä b.txt 0%")
    await page.click("button")
    await expect(page.locator("form")).to_have_class("phx-submit-loading")
    await expect(page.locator("li").first).to_contain_text("40%")
    FormLive.gate.set()
    await expect(page.locator("u")).to_have_text(["ä b.txt:2500", "c.txt:1"])
    await expect(page.locator("li")).to_have_count(0)
    assert contents(kept) == [b"x" * 2500, b"y"]
    assert contents(temporary) == []
    await page.set_input_files("input", payload("d.txt", b"z"))  # and once more
    await expect(page.locator("li")).to_contain_text("d.txt 0%")
    await page.click("button")
    await expect(page.locator("u").last).to_have_text("d.txt:1")


async def test_refused_with_a_reason_and_cancelled(serve: Serve, kept: Path, temporary: Path) -> None:
    _, page = await open_page(serve, temporary)
    await page.set_input_files(
        "input", [payload("big.txt", b"x" * 300_001), payload("a.exe", b"M", ""), payload("ok.txt", b"ok")]
    )
    await expect(page.locator("li").nth(0)).to_contain_text("big.txt 0% too_large")
    await expect(page.locator("li").nth(1)).to_contain_text("a.exe 0% not_accepted")
    await page.click("button")  # the client does not submit while there are errors
    await page.locator("li a").first.click()
    await expect(page.locator("li")).to_have_count(2)
    await page.locator("li a").first.click()
    await expect(page.locator("li")).to_have_count(1)
    await page.click("button")
    await expect(page.locator("u")).to_have_text(["ok.txt:2"])
    await page.set_input_files("input", [payload(f"{n}.txt", b"x") for n in range(4)])
    await expect(page.locator("b")).to_have_text("too_many_files")
    await page.locator("li a").last.click()
    await expect(page.locator("b")).to_have_count(0)
    await page.click("button")
    await expect(page.locator("u")).to_have_count(4)
    assert contents(kept) == sorted([b"ok", b"x", b"x", b"x"])


async def test_cancelled_on_its_way(serve: Serve, kept: Path, temporary: Path) -> None:
    site, page = await open_page(serve, temporary)
    FormLive.gate.clear()
    await page.set_input_files("input", [payload("a.txt", b"x" * 200_000)])
    await expect(page.locator("li")).to_contain_text("a.txt 0%")
    await page.click("button")
    await expect(page.locator("li")).to_contain_text("49%")
    await page.locator("li a").click()
    FormLive.gate.set()
    await expect(page.locator("li")).to_have_count(0)
    (channel,) = site.live.channels
    assert socket_under(site.live, channel).transfers == {}
    # The first submit has waited for its file; it goes out without it, and must not meet the next one.
    await asyncio.wait_for(Keeping.saved.wait(), 10)
    await page.set_input_files("input", [payload("b.txt", b"b")])
    # Before the view has taken the file in, the client submits the form as if it were empty.
    await expect(page.locator("li")).to_contain_text("b.txt 0%")
    await page.click("button")
    await expect(page.locator("u")).to_have_text(["b.txt:1"])
    assert contents(temporary) == []


async def test_dropped_and_previewed(serve: Serve, kept: Path, temporary: Path) -> None:
    _, page = await open_page(serve, temporary)
    data = await page.evaluate_handle(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "pixel.png", {type: "image/png"}));
            return data;
        }""",
        list(PIXEL),
    )
    target = "[phx-drop-target]"
    await page.dispatch_event(target, "dragenter", {"dataTransfer": data})
    await expect(page.locator(target)).to_have_class("phx-drop-target-active")
    await page.dispatch_event(target, "drop", {"dataTransfer": data})
    await expect(page.locator("li")).to_contain_text("pixel.png 0%")
    # The picture is shown from the browser's memory; nothing of it has been sent.
    await page.wait_for_function("document.querySelector('img').naturalWidth === 1")
    assert (await page.locator("img").get_attribute("src") or "").startswith("blob:")
    assert contents(temporary) == []
    await page.click("button")
    await expect(page.locator("u")).to_have_text([f"pixel.png:{len(PIXEL)}"])
    assert contents(kept) == [PIXEL]


async def test_auto_upload(serve: Serve, kept: Path, temporary: Path) -> None:
    _, page = await open_page(serve, temporary, "/auto")
    await page.set_input_files("input", [payload("a.txt", b"a" * 2500), payload("b.txt", b"b")])
    await expect(page.locator("u")).to_have_count(2)
    await expect(page.locator("li")).to_have_count(0)
    await page.set_input_files("input", [payload("c.txt", b"c" * 9000), payload("d.txt", b"d")])
    await expect(page.locator("li").first).to_contain_text("c.txt 0% too_large")
    await expect(page.locator("u").last).to_have_text("d.txt:1")  # the good one has come all the same
    await expect(page.locator("li")).to_have_count(1)
    await page.locator("li a").click()
    await expect(page.locator("li")).to_have_count(0)
    await page.set_input_files("input", [payload("e.txt", b"e")])
    await expect(page.locator("u").last).to_have_text("e.txt:1")
    assert contents(kept) == sorted([b"a" * 2500, b"b", b"d", b"e"])


@pytest.mark.parametrize("how", ["cut", "crash"])
async def test_a_view_that_comes_back_takes_files_again(
    serve: Serve, kept: Path, temporary: Path, how: str
) -> None:
    site, page = await open_page(serve, temporary)
    FormLive.gate.clear()
    await page.set_input_files("input", [payload("a.txt", b"x" * 200_000)])
    await expect(page.locator("li")).to_contain_text("a.txt 0%")
    await page.click("button")
    await expect(page.locator("li")).to_contain_text("49%")
    (channel,) = site.live.channels
    if how == "cut":
        site.link.cut()
        await site.disconnected(page)
        FormLive.gate.set()
        await channel.ended()
        await site.link.fix()
    else:
        channel.crash("for the test")
        FormLive.gate.set()
        await channel.ended()
        await expect(page.locator("[data-phx-main]")).to_have_class("phx-connected")
    assert contents(temporary) == []
    await site.connected(page)
    await expect(page.locator("li")).to_have_count(0)
    await page.set_input_files("input", [payload("b.txt", b"b")])
    await expect(page.locator("li")).to_have_count(1)
    await page.click("button")
    await expect(page.locator("u")).to_have_text(["b.txt:1"])
    site.problems.clear()  # the lost connection


# -- elsewhere than to a file of ours ---

UPLOADER = """
options.uploaders = {
  Store(entries, onViewError) {
    for (const entry of entries) {
      const request = new XMLHttpRequest()
      onViewError(() => request.abort())
      request.upload.onprogress = ({loaded, total}) => entry.progress(Math.min(99, loaded / total * 100))
      request.onload = () => request.status === 204 ? entry.progress(100) : entry.error()
      request.onerror = () => entry.error()
      request.open("PUT", entry.meta.url)
      request.send(entry.file)
    }
  },
}
"""


class ExternalLive(Keeping):
    """The browser sends files to a store by itself; we only say where, and whether."""

    inline_template = FormLive.inline_template

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got=[])
        self.allow_upload("doc", accept="any", max_entries=3, external=self.presign)

    async def presign(self, entry: UploadEntry) -> dict[str, Any]:
        if entry.client_name == "huge.txt":
            raise UploadRefused("over quota")
        return {"uploader": "Store", "url": f"/store/{entry.client_name}"}

    def keep(self, file: Any, entry: UploadEntry) -> str:
        return f"{entry.client_name} at {file['url']}"


async def test_external_storage(serve: Serve, kept: Path, temporary: Path) -> None:
    app, stored = make_app({"/": ExternalLive}, script=UPLOADER), dict[str, str | bytes]()
    app.config["LIVE_UPLOAD_DIR"] = str(temporary)

    @app.put("/store/<name>")
    async def store(name: str) -> tuple[str, int]:
        if name == "broken.txt":
            return "no room", 507
        stored[name] = await request.get_data(as_text=False)
        return "", 204

    site = await serve(app)
    page = await site.open()
    await page.set_input_files("input", [payload("a.txt", b"a" * 70_000), payload("b.txt", b"b")])
    await expect(page.locator("li")).to_have_count(2)
    await page.click("button")
    await expect(page.locator("u")).to_have_text(["a.txt at /store/a.txt", "b.txt at /store/b.txt"])
    await expect(page.locator("li")).to_have_count(0)
    assert stored == {"a.txt": b"a" * 70_000, "b.txt": b"b"}

    await page.set_input_files("input", [payload("huge.txt", b"h")])
    await expect(page.locator("li")).to_contain_text("huge.txt 0%")
    await page.click("button")
    await expect(page.locator("li")).to_contain_text("huge.txt 0% over quota")
    await page.locator("li a").click()
    await expect(page.locator("li")).to_have_count(0)

    # A good one beside a refused one: once that is taken away, the other can be sent.
    await page.set_input_files("input", [payload("good.txt", b"g" * 9), payload("huge.txt", b"h")])
    await expect(page.locator("li")).to_have_count(2)
    await page.click("button")
    await expect(page.locator("li").last).to_contain_text("huge.txt 0% over quota")
    await expect(page.locator("form")).not_to_have_class("phx-submit-loading")
    await page.locator("li a").last.click()
    await expect(page.locator("li")).to_have_count(1)
    await page.click("button")
    await expect(page.locator("u").last).to_have_text("good.txt at /store/good.txt")
    assert stored["good.txt"] == b"g" * 9

    await page.set_input_files("input", [payload("broken.txt", b"x")])
    await expect(page.locator("li")).to_contain_text("broken.txt 0%")
    await page.click("button")
    await expect(page.locator("li")).to_contain_text("failed")
    await page.locator("li a").click()
    await expect(page.locator("li")).to_have_count(0)
    await page.set_input_files("input", [payload("c.txt", b"c")])
    await expect(page.locator("li")).to_contain_text("c.txt 0%")
    await page.click("button")
    await expect(page.locator("u").last).to_have_text("c.txt at /store/c.txt")
    assert contents(temporary) == []
    site.problems.clear()  # the answer 507


class BucketWriter(UploadWriter):
    """Sends chunks on to a bucket that has little room."""

    bucket: ClassVar[dict[str, bytes]] = {}

    def __init__(self, entry: UploadEntry) -> None:
        self.key, self.parts = entry.client_name, list[bytes]()

    async def write_chunk(self, data: bytes) -> None:
        if sum(map(len, self.parts)) + len(data) > 5000:
            raise UploadRefused("the bucket is full")
        self.parts.append(data)

    async def close(self, reason: str | BaseException) -> None:
        if reason == "done":
            self.bucket[self.key] = b"".join(self.parts)

    def meta(self) -> dict[str, str]:
        return {"url": f"bucket:{self.key}"}


class WriterLive(ExternalLive):
    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got=[])
        self.allow_upload("doc", accept="any", max_entries=3, chunk_size=1000, writer=BucketWriter)


async def test_a_writer_of_our_own(serve: Serve, kept: Path, temporary: Path) -> None:
    BucketWriter.bucket = {}
    app = make_app({"/": WriterLive})
    app.config["LIVE_UPLOAD_DIR"] = str(temporary)
    site = await serve(app)
    page = await site.open()
    await page.set_input_files("input", [payload("a.txt", b"a" * 4500)])
    await expect(page.locator("li")).to_contain_text("a.txt 0%")
    await page.click("button")
    await expect(page.locator("u")).to_have_text(["a.txt at bucket:a.txt"])
    assert BucketWriter.bucket == {"a.txt": b"a" * 4500}

    await page.set_input_files("input", [payload("big.txt", b"b" * 9000), payload("c.txt", b"c")])
    await expect(page.locator("li")).to_have_count(2)
    await page.click("button")
    await expect(page.locator("li").first).to_contain_text("the bucket is full")
    await page.locator("li a").first.click()  # the submit has waited for it, and goes out with the other file
    await expect(page.locator("u").last).to_have_text("c.txt at bucket:c.txt")
    await expect(page.locator("li")).to_have_count(0)
    assert BucketWriter.bucket == {"a.txt": b"a" * 4500, "c.txt": b"c"}
    assert contents(temporary) == []

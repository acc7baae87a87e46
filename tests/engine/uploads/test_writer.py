"""Uploads that go to an `UploadWriter`: the order of its methods, and what becomes of its errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from quart import Quart

from quart_live import (
    LiveView,
    LiveViewError,
    LiveViewTest,
    QuartLive,
    UploadEntry,
    UploadRefused,
    UploadWriter,
)
from quart_live.testing import ChosenFile, ViewCrashedError
from quart_live.testing.sending import Sending
from quart_live.uploads import destination


class NotingWriter(UploadWriter):
    """Notes every call; fails where a test wants it."""

    calls: ClassVar[list[Any]] = []
    fail: ClassVar[dict[str, Exception]] = {}
    gone: ClassVar[asyncio.Event]

    def __init__(self, entry: UploadEntry) -> None:
        self.name, self.data = entry.client_name, b""
        self.note("made")

    def note(self, what: Any) -> None:
        type(self).calls.append(what)
        key = what if isinstance(what, str) else what[0]
        if key in self.fail:
            raise self.fail[key]

    async def init(self) -> None:
        self.note("init")

    def write_chunk(self, data: bytes) -> None:
        assert threading.current_thread() is not threading.main_thread()
        self.note(("write", len(data)))
        self.data += data

    async def close(self, reason: str | BaseException) -> None:
        self.note(("close", reason))

    async def let_go(self) -> None:
        self.gone.set()
        self.note("let go")

    def meta(self) -> dict[str, Any]:
        return {"name": self.name, "bytes": len(self.data)}


class WriterLive(LiveView):
    inline_template = """<form phx-change="validate" phx-submit="save">
        {{ live_file_input(uploads.doc) }}</form>
        {% for e in uploads.doc.entries %}<p>{{ e.client_name }} {{ e.progress }}% {{ e.errors|join }}</p>
        {%- endfor %}<b>{{ got }}</b>"""
    options: ClassVar[dict[str, Any]] = {"writer": NotingWriter}

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got="")
        self.allow_upload("doc", accept="any", chunk_size=64, **type(self).options)

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "cancel":
            self.cancel_upload("doc", self.assigns.uploads.doc.entries[0].ref)
        elif event == "save":
            self.assign(got=await self.consume_uploaded_entries("doc", self.take))

    def take(self, meta: dict[str, Any], entry: UploadEntry) -> str:
        NotingWriter.calls.append("taken")
        return f"{meta['name']}:{meta['bytes']}"


@pytest.fixture
async def page(app: Quart, live: QuartLive, tmp_path: Path) -> AsyncIterator[LiveViewTest]:
    app.config["LIVE_UPLOAD_DIR"] = str(tmp_path)
    live.route("/writer", WriterLive)
    NotingWriter.calls, NotingWriter.fail, NotingWriter.gone = [], {}, asyncio.Event()
    async with LiveViewTest(app, "/writer") as page:
        yield page
    assert everything_in(tmp_path) == [], "nothing of it was written to a file of ours"


def everything_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def calls() -> list[Any]:
    return NotingWriter.calls


async def begun(page: LiveViewTest, size: int = 150) -> Sending:
    doc = page.file_input("doc")
    await doc.choose(ChosenFile("a.txt", b"x" * size))
    (sending,) = await doc.begin()
    return sending


BEGUN = ["made", "init"]
WRITTEN = [*BEGUN, ("write", 64), ("write", 64), ("write", 22), ("close", "done")]


async def test_chunks_meta_and_the_end(page: LiveViewTest) -> None:
    sending = await begun(page)
    assert calls() == BEGUN
    await sending.rest()
    assert calls() == WRITTEN
    await page.submit("form")
    await page.until(lambda: page.text == "['a.txt:150']")
    assert calls() == [*WRITTEN, "taken", "let go"]


async def test_cancelled_on_its_way(page: LiveViewTest) -> None:
    sending = await begun(page)
    await sending.chunk()
    await page.push("cancel")
    await page.until(lambda: "a.txt" not in page.text)
    assert calls() == [*BEGUN, ("write", 64), ("close", "cancel"), "let go"]


async def test_complete_but_never_consumed(page: LiveViewTest) -> None:
    sending = await begun(page)
    await sending.rest()
    await page.close()
    assert calls() == [*WRITTEN, "let go"]


async def test_a_browser_that_goes_away(page: LiveViewTest) -> None:
    await begun(page)
    await page.close()
    assert calls() == [*BEGUN, ("close", "cancel"), "let go"]


REASONS = {"the bucket is full": UploadRefused("the bucket is full"), "not_written": OSError("secret detail")}


@pytest.mark.parametrize("shown", REASONS)
async def test_a_chunk_that_cannot_be_written(
    page: LiveViewTest, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The client is told ``writer_error``: it stops, and waits for the entry to be cancelled."""
    sending = await begun(page)
    NotingWriter.fail = {"write": REASONS[shown]}
    assert await sending.chunk() == {"status": "error", "response": {"reason": "writer_error"}}
    await page.until(lambda: f"a.txt 0% {shown}" in page.text)
    assert calls() == [*BEGUN, ("write", 64), ("close", REASONS[shown]), "let go"]
    assert ("secret detail" in caplog.text) == (shown == "not_written")
    assert "secret" not in "".join(text for way, text in page.socket.frames if way == "<")
    assert page.file_input("doc").element.get("data-phx-error-refs") == sending.file.ref
    await page.push("cancel")
    assert "a.txt" not in page.text
    NotingWriter.calls, NotingWriter.fail = [], {}
    await (await begun(page)).rest()
    assert calls() == WRITTEN


@pytest.mark.parametrize("method", ["made", "init"])
async def test_a_writer_that_cannot_begin(page: LiveViewTest, method: str) -> None:
    NotingWriter.fail = {method: UploadRefused("closed on Sundays")}
    doc = page.file_input("doc")
    await doc.choose(ChosenFile("a.txt", b"x"))
    response = await doc.preflight()
    sending = Sending(page, doc.ref, doc.files[0], 64)
    answer = await sending.join(response["entries"][doc.files[0].ref])
    assert answer == {"status": "error", "response": {"reason": "writer_error"}}
    await page.until(lambda: "closed on Sundays" in page.text)
    ended = [("close", NotingWriter.fail["init"]), "let go"] if method == "init" else []
    assert calls() == [*BEGUN[: BEGUN.index(method) + 1], *ended]


async def test_what_cannot_be_closed_has_not_come(page: LiveViewTest) -> None:
    """A store may say only at the end that it does not want what it was sent."""
    sending = await begun(page, 10)
    NotingWriter.fail = {"close": UploadRefused("checksum")}
    assert (await sending.chunk())["response"] == {"reason": "writer_error"}
    await page.until(lambda: "a.txt 0% checksum" in page.text)
    assert calls() == [*BEGUN, ("write", 10), ("close", "done"), "let go"]
    with pytest.raises(ViewCrashedError):  # the official client does not submit a form with errors
        await page.submit("form")


@pytest.mark.parametrize("method", ["close", "let go"])
async def test_trouble_at_the_end_is_logged_and_no_more(
    page: LiveViewTest, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    await begun(page)
    NotingWriter.fail = {method: OSError("no network")}
    await page.close()
    assert calls() == [*BEGUN, ("close", "cancel"), "let go"]
    assert "no network" in caplog.text and not page.live.channels


async def test_methods_never_overlap(page: LiveViewTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancelled while a chunk is being written: the end waits for it."""
    writing, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(writer: NotingWriter, data: bytes) -> None:
        writing.set()
        await go_on.wait()
        writer.note("written")

    monkeypatch.setattr(NotingWriter, "write_chunk", slowly)
    sending = await begun(page)
    task = asyncio.ensure_future(sending.chunk())
    await writing.wait()
    closing = asyncio.ensure_future(page.close())
    await asyncio.wait([closing], timeout=0.05)
    assert not closing.done() and calls() == BEGUN
    go_on.set()
    await closing
    assert calls() == [*BEGUN, "written", ("close", "cancel"), "let go"]
    task.cancel()


@pytest.mark.parametrize("kind", ["coroutine", "thread"])
async def test_a_writer_that_never_ends_does_not_hold_the_view(
    page: LiveViewTest, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    monkeypatch.setattr(destination, "WRITER_SECONDS", 0.05)
    loop, writing, go_on = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    async def hang(writer: NotingWriter, data: bytes) -> None:
        writing.set()
        await asyncio.Event().wait()

    def block(writer: NotingWriter, data: bytes) -> None:
        loop.call_soon_threadsafe(writing.set)
        go_on.wait(10)

    method: Callable[..., Awaitable[None] | None] = hang if kind == "coroutine" else block
    monkeypatch.setattr(NotingWriter, "write_chunk", method)
    sending = await begun(page)
    task = asyncio.ensure_future(sending.chunk())
    await writing.wait()
    await page.close()
    assert "NotingWriter has been at work for more than" in caplog.text
    go_on.set()
    async with asyncio.timeout(5):
        await NotingWriter.gone.wait()
    assert calls() == [*BEGUN, ("close", "cancel"), "let go"]
    task.cancel()


async def test_a_writer_without_write_chunk(page: LiveViewTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotingWriter, "write_chunk", UploadWriter.write_chunk)
    sending = await begun(page)
    assert (await sending.chunk())["status"] == "error"
    await page.until(lambda: "not_written" in page.text)


async def test_not_together_with_external(app: Quart, live: QuartLive) -> None:
    view = WriterLive()
    with pytest.raises(LiveViewError, match="give either external= or writer=, not both"):
        view.allow_upload("doc", accept="any", writer=NotingWriter, external=lambda entry: {})

"""Uploads on the wire, compared with what was recorded from Phoenix LiveView, and against hostile clients."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest
from engine.uploads.views import AutoLive, DocLive
from quart import Quart
from support.clock import LoopClock
from support.departures import crash, disconnect, leave, navigate, redirect, rejoin, shutdown
from support.sockets import socket_of

from quart_live import LiveView, LiveViewTest, QuartLive, UploadEntry, UploadRefused
from quart_live.testing import ChosenFile, ViewCrashedError
from quart_live.testing.sending import Sending, binary_frame
from quart_live.uploads.desk import desk_in
from quart_live.uploads.files import TemporaryFile


@pytest.fixture
async def doc_app(app: Quart, live: QuartLive, tmp_path: Path) -> AsyncIterator[Quart]:
    """The app with an upload page; when a test is over no temporary file may be left."""
    app.config["LIVE_UPLOAD_DIR"] = str(tmp_path)
    live.route("/doc", DocLive)
    live.route("/auto", AutoLive)
    DocLive.paths = []
    yield app
    await live.shutdown()
    assert everything_in(tmp_path) == []


def text_file(name: str = "a.txt", size: int = 150) -> ChosenFile:
    return ChosenFile(name, b"x" * size, "text/plain")


def everything_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def begun(page: LiveViewTest, *files: ChosenFile) -> list[Sending]:
    doc = page.file_input("doc")
    await doc.choose(*files)
    return await doc.begin()


# -- as recorded ---


async def test_the_input_is_what_the_clients_hook_needs(doc_app: Quart) -> None:
    """Captures: upload.json, the HTML of the first page and of the patched one."""
    async with LiveViewTest(doc_app, "/doc") as page:
        ref = page.file_input("doc").ref
        assert ref.startswith("phx-")
        assert (
            f'<input id="{ref}" type="file" name="doc" accept=".txt" data-phx-hook="Phoenix.LiveFileUpload" '
            f'data-phx-upload-ref="{ref}" data-phx-active-refs="" data-phx-done-refs="" '
            f'data-phx-preflighted-refs="" multiple>' in page.html
        )
        good, big = text_file(), text_file("big.txt", 5000)
        await page.file_input("doc").choose(good, big)
        assert (
            f'data-phx-active-refs="{good.ref},{big.ref}" data-phx-done-refs="" '
            f'data-phx-preflighted-refs="" data-phx-error-refs="{big.ref}" multiple>' in page.html
        )
        assert "big.txt 0%<i>too_large</i>" in page.html


async def test_the_whole_way(doc_app: Quart, tmp_path: Path) -> None:
    """Captures: upload.json from the first frame to the last."""
    async with LiveViewTest(doc_app, "/doc") as page:
        doc = page.file_input("doc")
        good, big = text_file(), text_file("big.txt", 5000)
        await doc.choose(good, big)
        await page.push("cancel", {"ref": big.ref})
        assert page.text.split() == ["Go", "a.txt", "0%"]
        preflight = await doc.preflight()
        assert preflight["ref"] == doc.ref
        assert preflight["config"] == {
            "chunk_size": 64,
            "chunk_timeout": 10000,
            "max_entries": 2,
            "max_file_size": 1000,
        }
        assert preflight["errors"] == {}
        assert list(preflight["entries"]) == [good.ref]
        assert doc.element.get("data-phx-preflighted-refs") == good.ref
        sending = Sending(page, doc.ref, good, 64)
        assert await sending.join(preflight["entries"][good.ref]) == {"status": "ok", "response": {}}
        seen = []
        for said in (43, 85, 100):
            assert await sending.chunk() == {"status": "ok", "response": {}}
            await sending.progress(said)
            seen.append(page.text.split()[-1])
        assert seen == ["43%", "85%", "100%"]
        assert doc.element.get("data-phx-done-refs") == good.ref
        assert [path.read_bytes() for path in files_in(tmp_path)] == [good.content]
        mark = len(page.socket.frames)
        await page.submit("form")
        await page.until(lambda: doc.element.get("data-phx-active-refs") == "")
        assert page.text.split() == ["Go", "a.txt:150"]
        received = [json.loads(frame) for way, frame in page.socket.frames[mark:] if way == "<"]
        # In the recorded order: the channel is closed, then the reply, then the entry goes in a diff.
        assert [frame[3] for frame in received] == ["phx_close", "phx_reply", "diff"]
        assert received[0][:3] == [sending.join_ref, sending.join_ref, sending.topic]
        assert files_in(tmp_path) == []


async def test_names_from_the_client_are_never_paths(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        await page.file_input("doc").choose(text_file("../../etc/passwd.txt"))
        await page.file_input("doc").send()
        (path,) = files_in(tmp_path)
        assert "passwd" not in str(path)
        await page.submit("form")
        assert DocLive.paths == [path]
        assert "../../etc/passwd.txt:150" in page.text


async def test_auto_upload_consumes_each_file_when_it_is_there(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/auto") as page:
        doc = page.file_input("doc")
        assert 'data-phx-auto-upload multiple aria-label="Files">' in page.html
        await doc.choose(ChosenFile("a", b"1" * 2500), ChosenFile("b", b""), ChosenFile("c", b"3"))
        first, second, third = await doc.begin()
        await first.rest()
        assert "a:2500" in page.text
        # Its entry goes after the reply: the client counts replies, and would count it twice otherwise.
        await page.until(lambda: "a 100" not in page.text)
        await second.progress(100)
        await third.rest()
        await page.until(lambda: "a:2500b:0c:1" in page.text)
        await page.settle()
        assert doc.element.get("data-phx-active-refs") == ""
        assert files_in(tmp_path) == []


# -- validation ---


async def test_refused_with_reasons(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        doc = page.file_input("doc")
        await doc.choose(text_file("a.png"), text_file("b.txt", 1001), text_file("c.txt"))
        assert "a.png 0%<i>not_accepted</i>" in page.html
        assert "b.txt 0%<i>too_large</i>" in page.html
        assert "<b>too_many_files</b>" in page.html
        a, b, _ = doc.files
        assert doc.element.get("data-phx-error-refs") == f"{doc.ref},{a.ref},{b.ref}"
        response = await doc.preflight()
        assert response["error"] == [
            [doc.ref, "too_many_files"],
            [a.ref, "not_accepted"],
            [b.ref, "too_large"],
        ]
        assert "entries" not in response
        await page.push("cancel", {"ref": a.ref})
        assert "too_many_files" not in page.html
        await page.push("cancel", {"ref": a.ref})  # clicked twice
        await page.push("cancel", {"ref": b.ref})
        await doc.send()
        await page.submit("form")
        assert "c.txt:150" in page.text


async def test_a_single_file_is_replaced_by_the_next_one(
    doc_app: Quart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DocLive, "options", {"accept": "any"})
    async with LiveViewTest(doc_app, "/doc") as page:
        doc = page.file_input("doc")
        assert "multiple" not in doc.element.attributes
        await doc.choose(text_file("one"))
        (sending,) = await doc.begin()
        await doc.choose(text_file("two"))
        assert page.text.split() == ["Go", "two", "0%"]
        assert files_in(tmp_path) == []
        assert (await sending.chunk())["status"] == "error"


async def test_very_many_files_are_not_all_kept(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        await page.file_input("doc").choose(*(text_file() for _ in range(500)))
        assert len(page.view.assigns.uploads.doc.entries) == 102
        assert "too_many_files" in page.html


# -- ways of ending ---


async def test_cancelled_on_its_way(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        await sending.chunk()
        await page.push("cancel", {"ref": sending.file.ref})
        await page.until(lambda: page.text == "Go")
        closed = [sending.join_ref, sending.join_ref, sending.topic, "phx_close", {}]
        assert closed in [json.loads(frame) for way, frame in page.socket.frames if way == "<"]
        assert (await sending.chunk())["response"] == {"reason": "unmatched topic"}
        await sending.progress(100)  # what was on its way meanwhile does no harm
        assert files_in(tmp_path) == []


async def test_a_chunk_between_the_cancel_and_the_close(
    doc_app: Quart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client takes any answer but an ok for a failure, unless the channel has been closed before."""
    deleting, go_on, let_go = asyncio.Event(), asyncio.Event(), TemporaryFile.let_go

    async def slowly(file: TemporaryFile) -> None:
        deleting.set()
        await go_on.wait()
        let_go(file)

    monkeypatch.setattr(TemporaryFile, "let_go", slowly)
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        page.socket.send(
            page.channel.join_ref,
            "900",
            page.topic,
            "event",
            {"type": "click", "event": "cancel", "value": {"ref": sending.file.ref}},
        )
        await page.socket.reply_to("900")
        await deleting.wait()
        page.socket.send_bytes(binary_frame(sending.join_ref, "901", sending.topic, "chunk", b"x"))
        page.socket.send(None, "902", "phoenix", "heartbeat", {})
        await page.socket.reply_to("902")
        go_on.set()
        await page.until(lambda: page.text == "Go")
        received = [json.loads(frame) for way, frame in page.socket.frames if way == "<"]
        assert [sending.join_ref, sending.join_ref, sending.topic, "phx_close", {}] in received
        assert "901" not in [frame[1] for frame in received]
        assert socket_of(page).transfers == {}


async def test_a_chunk_that_does_not_come(
    doc_app: Quart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DocLive, "options", {**DocLive.options, "chunk_timeout": 0.05})
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        await sending.chunk()
        await page.until(lambda: "timed_out" in page.html)
        assert page.file_input("doc").element.get("data-phx-error-refs") == sending.file.ref
        told = f'"{sending.topic}","phx_error"'
        await page.until(lambda: any(told in frame for _, frame in page.socket.frames))
        assert files_in(tmp_path) == []


async def test_no_timeout_once_it_is_complete(
    doc_app: Quart, monkeypatch: pytest.MonkeyPatch, clock: LoopClock
) -> None:
    monkeypatch.setattr(DocLive, "options", {**DocLive.options, "chunk_timeout": 5})
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        desk = desk_in(page.channel)
        assert desk is not None
        (entry,) = page.view.assigns.uploads.doc.entries
        await sending.chunk()
        received = desk.transfer_of(entry)
        assert received is not None and received.waiting
        await sending.rest()
        assert received.complete and not received.waiting
        for _ in range(3):
            clock.advance(6)
            await page.settle()
        assert "timed_out" not in page.html
        assert desk.transfer_of(entry) is received


async def test_the_client_could_not_send_it(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        await sending.progress({"error": "failed"})
        await sending.progress({"error": "failed"})
        assert "a.txt 0%<i>failed</i>" in page.html
        assert files_in(tmp_path) == []
        with pytest.raises(ViewCrashedError):  # the official client does not submit a form with errors
            await page.submit("form")


async def test_progress_of_what_nobody_may_send_yet(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        doc, file = page.file_input("doc"), text_file()
        await doc.choose(file)
        await Sending(page, doc.ref, file, 64).progress({"error": "failed"})
        await Sending(page, doc.ref, file, 64).progress(100)
        assert page.text == "Go a.txt 0%"


async def test_postponed_and_failed_consumption(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        doc = page.file_input("doc")
        await doc.choose(text_file())
        await doc.send()
        await page.push("later")
        assert len(files_in(tmp_path)) == 1
        with pytest.raises(ViewCrashedError):
            await page.push("fail")
        assert files_in(tmp_path) == []


WAYS = [leave, disconnect, crash, rejoin, navigate, redirect, shutdown]


@pytest.mark.parametrize("sent", [0, 64, 150])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_files_go_with_their_view(doc_app: Quart, tmp_path: Path, way: Any, sent: int) -> None:
    page = LiveViewTest(doc_app, "/doc")
    await page.open()
    (sending,) = await begun(page, text_file())
    while sending.offset < sent:
        await sending.chunk()
    assert len(files_in(tmp_path)) == 1
    channel, socket = page.channel, socket_of(page)
    await way(page)
    await channel.ended()
    assert everything_in(tmp_path) == []
    assert socket.transfers == {}
    await page.close()


async def test_in_the_middle_of_a_write(doc_app: Quart, tmp_path: Path) -> None:
    """The view ends while a thread is writing: nothing stays, and nobody is told of an error."""
    page = LiveViewTest(doc_app, "/doc")
    await page.open()
    (sending,) = await begun(page, text_file())
    channel = page.channel
    frame = binary_frame(sending.join_ref, "999", sending.topic, "chunk", b"x" * 64)
    page.socket.send_bytes(frame)
    await page.close()
    await channel.ended()
    assert everything_in(tmp_path) == []


async def test_after_a_reconnect_files_can_be_chosen_again(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (old,) = await begun(page, text_file("old.txt"))
        await old.chunk()
        old_ref = old.upload_ref
        await page.close()
        await page.connect()
        assert page.file_input("doc").ref != old_ref
        await old.progress({"error": "failed"})  # the client says so to the new view
        await old.progress(100)
        assert page.text == "Go"
        await page.file_input("doc").choose(text_file("new.txt"))
        await page.file_input("doc").send()
        await page.submit("form")
        assert "new.txt:150" in page.text


# -- hostile clients ---


@pytest.mark.parametrize(
    "chunks", [[151], [64, 64, 64], [150, 1], [1000], [5000]], ids=lambda sizes: "+".join(map(str, sizes))
)
async def test_more_bytes_than_announced(doc_app: Quart, tmp_path: Path, chunks: list[int]) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        answers = [await sending.chunk(b"y" * size) for size in chunks]
        assert answers[-1] == {
            "status": "error",
            "response": {"reason": "file_size_limit_exceeded", "limit": 150},
        }
        assert (await sending.chunk(b"y"))["status"] == "error"
        await page.until(lambda: "a.txt 0%<i>too_large</i>" in page.html)
        assert files_in(tmp_path) == []


async def test_done_is_what_has_come_not_what_is_said(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        await sending.progress(100)
        assert "a.txt 0%" in page.html
        await sending.chunk()
        await sending.progress(100)
        assert "a.txt 43%" in page.html
        assert page.file_input("doc").element.get("data-phx-done-refs") == ""
        await sending.chunk(b"y" * 85)  # one byte is missing
        await sending.progress(100)
        assert "a.txt 99%" in page.html
        assert page.view.uploaded_entries("doc")[0] == []


async def token_for(page: LiveViewTest, file: ChosenFile) -> Any:
    doc = page.file_input("doc")
    await doc.choose(file)
    return (await doc.preflight())["entries"][file.ref]


@pytest.mark.parametrize("token", [None, "", "x", 5, {}, "a.b.c"])
async def test_a_join_without_a_token_of_ours(doc_app: Quart, tmp_path: Path, token: Any) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        file = text_file()
        await token_for(page, file)
        answer = await Sending(page, page.file_input("doc").ref, file, 64).join(token)
        assert answer == {"status": "error", "response": {"reason": "invalid_token"}}
        assert files_in(tmp_path) == []


async def test_a_token_is_for_one_file_in_one_view_on_one_socket(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as alice, LiveViewTest(doc_app, "/doc") as mallory:
        file, other = text_file(), text_file("b.txt")
        token = await token_for(alice, file)
        ref = alice.file_input("doc").ref

        async def reason(page: LiveViewTest, chosen: ChosenFile, token: Any) -> str | None:
            answer = await Sending(page, ref, chosen, 64).join(token)
            found: str | None = answer["response"].get("reason")
            return found

        assert await reason(mallory, file, token) == "disallowed"  # another socket
        assert await reason(alice, other, token) == "invalid_token"  # another file
        assert await reason(alice, file, token + "x") == "invalid_token"
        session = alice.element.get("data-phx-session")
        assert await reason(alice, file, session) == "invalid_token"  # signed by us, for something else
        assert await reason(alice, file, token) is None
        assert await reason(alice, file, token) == "already_registered"
        await alice.push("cancel", {"ref": file.ref})
        assert await reason(alice, file, token) == "disallowed"
        await alice.settle()
        assert await reason(alice, file, token) == "disallowed"
        # The same number again is another file, for which the old token is not good.
        await alice.file_input("doc").choose(ChosenFile("c.txt", b"", ref=file.ref))
        assert await reason(alice, file, token) == "disallowed"


async def test_an_entry_that_was_refused_gets_no_token_and_cannot_be_sent(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        big = text_file("big.txt", 5000)
        await page.file_input("doc").choose(big)
        assert (await page.file_input("doc").preflight())["error"] == [[big.ref, "too_large"]]
        # Even asked as if it were a small one: what was announced first counts.
        big.content = b"x"
        assert (await page.file_input("doc").preflight())["error"] == [[big.ref, "too_large"]]


async def test_a_chunk_without_a_join(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        page.socket.send_bytes(binary_frame("5", "900", "lvu:0", "chunk", b"x"))
        answer = await page.socket.reply_to("900")
        assert answer == {"status": "error", "response": {"reason": "unmatched topic"}}
        page.socket.send(None, "901", "lvu:0", "phx_leave", {})
        assert (await page.socket.reply_to("901"))["status"] == "ok"


async def test_odd_messages_on_an_upload_channel(doc_app: Quart) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        page.socket.send(sending.join_ref, "900", sending.topic, "chunk", {"text": "x"})
        assert (await page.socket.reply_to("900"))["response"] == {"reason": "a chunk is binary"}
        page.socket.send(sending.join_ref, "901", sending.topic, "dance", {})
        assert (await page.socket.reply_to("901"))["response"] == {"reason": "unmatched event dance"}
        page.socket.send_bytes(binary_frame("77", "902", sending.topic, "chunk", b"x" * 500))  # another join
        await sending.rest()
        await page.submit("form")
        assert "a.txt:150" in page.text


async def test_chunks_without_waiting_for_answers(doc_app: Quart, tmp_path: Path) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file(size=1000))
        for number in range(100):
            frame = binary_frame(sending.join_ref, str(9000 + number), sending.topic, "chunk", b"x")
            page.socket.send_bytes(frame)
        await page.until(lambda: "a.txt 0%<i>failed</i>" in page.html)
        await page.settle()
        assert files_in(tmp_path) == []


async def test_a_disk_that_refuses(doc_app: Quart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())

        def full(file: TemporaryFile, data: bytes) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(TemporaryFile, "write_chunk", full)
        answer = await sending.chunk(b"x")
        assert answer == {"status": "error", "response": {"reason": "writer_error"}}
        await page.until(lambda: "a.txt 0%<i>not_written</i>" in page.html)
        await page.settle()
        assert files_in(tmp_path) == []


ODD_ENTRIES: list[Any] = [
    None,
    {},
    "x",
    [None],
    [{}],
    [{"ref": 0, "name": "a", "size": 1, "type": ""}],
    [{"ref": "0,1", "name": "a", "size": 1, "type": ""}],
    [{"ref": "0", "name": None, "size": 1, "type": ""}],
    [{"ref": "0", "name": "a", "size": True, "type": ""}],
    [{"ref": "0", "name": "a", "size": -1, "type": ""}],
    [{"ref": "0", "name": "a", "size": 1.5, "type": ""}],
    [{"ref": "0", "name": "a" * 5000, "size": 1, "type": ""}],
]


@pytest.mark.parametrize("entries", ODD_ENTRIES, ids=lambda entries: json.dumps(entries)[:40])
async def test_odd_entries(doc_app: Quart, entries: Any) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        ref = page.file_input("doc").ref
        for event, payload in [
            ("event", {"type": "form", "event": "validate", "value": "", "uploads": {ref: entries}}),
            ("allow_upload", {"ref": ref, "entries": entries}),
        ]:
            number = page.socket.next_ref()
            page.socket.send(page.channel.join_ref, number, page.topic, event, payload)
            assert (await page.socket.reply_to(number))["status"] == "error"
        assert page.view.assigns.uploads.doc.entries == []


@pytest.mark.parametrize("progress", [None, -1, 101, 1.5, True, "50", []])
async def test_odd_progress(doc_app: Quart, progress: Any) -> None:
    async with LiveViewTest(doc_app, "/doc") as page:
        (sending,) = await begun(page, text_file())
        number = page.socket.next_ref()
        payload = {"ref": sending.upload_ref, "entry_ref": sending.file.ref, "progress": progress}
        page.socket.send(page.channel.join_ref, number, page.topic, "progress", payload)
        assert (await page.socket.reply_to(number))["status"] == "error"


@pytest.mark.parametrize("payload", [None, {}, [], {"ref": 5}, {"ref": "phx-unknown", "entries": []}])
@pytest.mark.parametrize("event", ["allow_upload", "progress"])
@pytest.mark.parametrize("path", ["/doc", "/counter"])
async def test_unknown_uploads(doc_app: Quart, path: str, event: str, payload: Any) -> None:
    async with LiveViewTest(doc_app, path) as page:
        number = page.socket.next_ref()
        page.socket.send(page.channel.join_ref, number, page.topic, event, payload)
        await page.socket.reply_to(number)
        await page.settle()
        assert not page.crashed


# -- elsewhere ---


async def test_external_storage(app: Quart, live: QuartLive) -> None:
    class External(LiveView):
        inline_template = """
            <form phx-change="validate" phx-submit="save">{{ live_file_input(uploads.doc) }}</form>
            {% for e in uploads.doc.entries %}{{ e.progress }}{{ e.errors|join }}{% endfor %}{{ got }}"""

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.assign(got="")
            self.allow_upload("doc", accept="any", max_entries=2, external=self.presign)

        async def presign(self, entry: UploadEntry) -> dict[str, Any]:
            if entry.client_name == "no":
                raise UploadRefused("quota")
            if entry.client_name == "bad":
                return {"url": "https://store.example"}
            return {"uploader": "S3", "url": f"https://store.example/{entry.uuid}"}

        async def handle_event(self, event: str, params: Any) -> None:
            if event == "cancel":
                self.cancel_upload("doc", params["ref"])
            if event == "save":
                self.assign(got=await self.consume_uploaded_entries("doc", lambda meta, entry: meta["url"]))

    live.route("/external", External)
    async with LiveViewTest(app, "/external") as page:
        doc = page.file_input("doc")
        yes, no = text_file("yes"), text_file("no")
        await doc.choose(yes, no)
        assert await doc.preflight() == {
            "ref": doc.ref,
            "error": [[no.ref, "quota"]],
            "diff": {"0": ANY, "1": ANY},
        }
        assert "0quota" in page.text
        assert doc.element.get("data-phx-preflighted-refs") == ""  # else the client would wait for it
        await page.push("cancel", {"ref": no.ref})
        response = await doc.preflight()
        assert response["errors"] == {}
        assert list(response["entries"]) == [yes.ref]
        (meta,) = response["entries"].values()
        assert meta["uploader"] == "S3"
        assert doc.element.get("data-phx-preflighted-refs") == yes.ref
        sending = Sending(page, doc.ref, yes, 64)
        await sending.progress(50)
        await sending.progress(100)
        assert "100" in page.text
        await page.submit("form")
        assert meta["url"] in page.text
        await page.until(lambda: "100" not in page.text)
        await doc.choose(text_file("bad"))
        with pytest.raises(ViewCrashedError):
            await doc.preflight()


async def test_auto_upload_sends_what_is_not_refused(app: Quart, live: QuartLive) -> None:
    class External(LiveView):
        inline_template = "<form phx-change='validate'>{{ live_file_input(uploads.doc) }}</form>"

        async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
            self.allow_upload("doc", accept="any", max_entries=2, external=self.presign, auto_upload=True)

        async def presign(self, entry: UploadEntry) -> dict[str, Any]:
            if entry.client_name == "no":
                raise UploadRefused("quota")
            return {"uploader": "S3"}

        async def handle_event(self, event: str, params: Any) -> None:
            pass

    live.route("/external", External)
    async with LiveViewTest(app, "/external") as page:
        doc = page.file_input("doc")
        yes, no = text_file("yes"), text_file("no")
        await doc.choose(yes, no)
        response = await doc.preflight()
        assert (list(response["entries"]), response["errors"]) == ([yes.ref], {no.ref: ["quota"]})


async def test_entries_in_total(doc_app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DocLive, "options", {**DocLive.options, "max_entries_mode": "total"})
    async with LiveViewTest(doc_app, "/doc") as page:
        doc = page.file_input("doc")
        await doc.choose(text_file("one.txt"))
        await doc.send()
        await page.submit("form")
        await page.until(lambda: doc.element.get("data-phx-active-refs") == "")
        two, three = text_file("two.txt"), text_file("three.txt")
        await doc.choose(two, three)
        assert "too_many_files" in page.html  # with the consumed one, three
        assert (await doc.preflight())["error"] == [[doc.ref, "too_many_files"]]
        await page.push("cancel", {"ref": three.ref})  # what is cancelled does not count
        assert "too_many_files" not in page.html
        await doc.send()
        await page.push("later")  # nor is a postponed one counted twice
        assert "too_many_files" not in page.html
        await page.submit("form")
        await page.until(lambda: doc.element.get("data-phx-active-refs") == "")
        assert page.text == "Go one.txt:150two.txt:150"
        await doc.choose(text_file("four.txt"))
        assert "too_many_files" in page.html
        await page.push("cancel", {"ref": doc.files[0].ref})
        page.view.allow_upload("doc", **DocLive.options)  # counts from the beginning
        await page.push("nothing")
        await doc.choose(text_file("five.txt"))
        assert "too_many_files" not in page.html


async def test_auto_uploads_in_total(doc_app: Quart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consumed one by one, files of any number would come through, two at a time."""
    monkeypatch.setattr(AutoLive, "options", {"max_entries": 2, "max_entries_mode": "total"})
    async with LiveViewTest(doc_app, "/auto") as page:
        doc = page.file_input("doc")
        names = ["a", "b", "c", "d"]
        for name in names:
            await doc.choose(text_file(name))
            response = await doc.preflight()
            assert list(response["entries"]) == [doc.files[-1].ref] * (name in "ab")
            if response["entries"]:
                sending = Sending(page, doc.ref, doc.files[-1], 1000)
                await sending.join(response["entries"][doc.files[-1].ref])
                await sending.rest()
                await page.settle()
        assert page.text == "c 0d 0 a:150b:150"
        assert page.view.assigns.uploads.doc.errors == ["too_many_files"]


async def test_a_single_file_in_total_is_not_replaced_once_it_is_consumed(
    doc_app: Quart, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DocLive, "options", {"accept": "any", "max_entries_mode": "total"})
    async with LiveViewTest(doc_app, "/doc") as page:
        doc = page.file_input("doc")
        await doc.choose(text_file("one"))
        await doc.choose(text_file("two"))  # takes its place
        await doc.send()
        await page.submit("form")
        await doc.choose(text_file("three"))
        assert "too_many_files" in page.html
        assert (await doc.preflight())["error"] == [[doc.ref, "too_many_files"]]


async def test_the_first_render(doc_app: Quart) -> None:
    client = doc_app.test_client()
    html = await (await client.get("/doc")).get_data(as_text=True)
    assert 'data-phx-hook="Phoenix.LiveFileUpload"' in html


async def test_several_at_once(doc_app: Quart) -> None:
    """The client sends all files side by side."""
    async with LiveViewTest(doc_app, "/doc") as page:
        one, two = await begun(page, text_file("1.txt", 640), text_file("2.txt", 640))
        for number in range(10):
            unanswered = {str(5000 + 2 * number), str(5001 + 2 * number)}
            for ref, sending in zip(sorted(unanswered), (one, two), strict=True):
                data = sending.file.content[number * 64 : number * 64 + 64]
                page.socket.send_bytes(binary_frame(sending.join_ref, ref, sending.topic, "chunk", data))
            while unanswered:  # either may be written first
                unanswered.discard((await page.socket.receive())[1])
        await page.settle()
        await one.progress(100)
        await two.progress(100)
        await page.submit("form")
        assert "1.txt:640" in page.text and "2.txt:640" in page.text

"""The parts of uploads by themselves: file types, entries, markup, temporary files, chunks in any sizes."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from engine.app import make_app
from engine.uploads.views import DocLive
from hypothesis import given, settings
from hypothesis import strategies as st

from quart_live import LiveViewError, LiveViewTest, QuartLive, Upload, UploadedFile, UploadEntry
from quart_live.testing import ChosenFile
from quart_live.uploads.accept import Accept
from quart_live.uploads.files import TemporaryFile, UploadFolder
from quart_live.uploads.markup import live_file_input, live_img_preview, upload_errors


@pytest.mark.parametrize(
    ("types", "name", "media_type", "welcome"),
    [
        ("any", "x", "", True),
        (".png", "a.png", "", True),
        (".png", "a.PNG", "image/png", True),
        (".PNG", "a.png", "", True),
        (".png", "a.png.exe", "image/png", False),
        (".png", ".png", "", False),
        (".png", "png", "", False),
        (".tar.gz", "a.tar.gz", "", True),
        ("image/*", "a", "image/webp", True),
        ("image/*", "a.png", "", True),
        ("image/*", "a.webp", "", True),
        ("image/*", "a.png", "text/plain", False),
        ("image/*", "a", "imagery/x", False),
        ("text/plain", "a.txt", "", True),
        ("text/plain", "a", "text/plain", True),
        ("text/plain", "a", "text/html", False),
        (".png, .jpg", "a.jpg", "", True),
        ([".png", "audio/*"], "a", "audio/ogg", True),
        ([".png", "audio/*"], "a.txt", "text/plain", False),
    ],
)
def test_accept(types: Any, name: str, media_type: str, welcome: bool) -> None:
    assert Accept(types).takes(name, media_type) is welcome


@pytest.mark.parametrize("types", ["", [], "png", ".", ".p ng", "*/*", "image", "../x", [".png", "any"]])
def test_accept_refuses_what_makes_no_sense(types: Any) -> None:
    with pytest.raises(LiveViewError, match="accept"):
        Accept(types)


@pytest.mark.parametrize("name", ["max_entries", "max_file_size", "chunk_size", "chunk_timeout"])
@pytest.mark.parametrize("value", [0, -1, True, "5", None])
def test_limits_are_positive_numbers(name: str, value: Any) -> None:
    with pytest.raises(LiveViewError, match=name):
        Upload(name="doc", accept=Accept("any"), **{name: value})


def test_modes_of_counting() -> None:
    with pytest.raises(LiveViewError, match='"selected" or "total"'):
        Upload(name="doc", accept=Accept("any"), max_entries_mode="all")


def entry(name: str = "a.txt", **more: Any) -> UploadEntry:
    return UploadEntry("1", "phx-ref", "doc", name, 5, **more)


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.png", ".png"),
        ("a.PNG", ".png"),
        ("a.tar.gz", ".gz"),
        ("a", ""),
        ("a.", ""),
        ("a.p/g", ""),
        ("a.png\n", ""),
        ("a.png/../x", ""),
        ("a." + "x" * 11, ""),
        ("a.ä", ""),
    ],
)
def test_extensions_are_harmless(name: str, extension: str) -> None:
    assert entry(name).extension == extension


def test_what_the_client_says_is_escaped() -> None:
    upload = Upload(name="doc", accept=Accept("any"))
    html = live_file_input(upload, class_='"><script>', aria_label="A & B", required=True, disabled=False)
    assert 'class="&#34;&gt;&lt;script&gt;" aria-label="A &amp; B" required>' in html
    assert "accept" not in html and "multiple" not in html and "disabled" not in html


def test_preview() -> None:
    """The attributes are those that Phoenix.Component writes."""
    assert live_img_preview(entry(), width=75) == (
        '<img id="phx-preview-1" data-phx-upload-ref="phx-ref" data-phx-entry-ref="1" '
        'data-phx-hook="Phoenix.LiveImgPreview" data-phx-update="ignore" width="75">'
    )
    assert 'id="big"' in live_img_preview(entry(), id="big")


def test_errors_of_entry_and_upload() -> None:
    upload = Upload(name="doc", accept=Accept("any"), max_entries=1)
    upload.add([entry(), UploadEntry("2", "phx-ref", "doc", "b", 9_000_000)])
    assert upload_errors(upload) == ["too_many_files"]
    assert [upload_errors(upload, each) for each in upload.entries] == [[], ["too_large"]]


async def test_a_folder_is_made_late_and_takes_no_more_once_removed(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    assert contents(tmp_path) == []
    files = [TemporaryFile(folder) for _ in range(5)]
    await asyncio.gather(*(asyncio.to_thread(file.init) for file in files))
    assert len({file.path.parent for file in files}) == 1
    assert files[0].path.parent.stat().st_mode & 0o077 == 0 or files[0].path.drive
    files[0].write_chunk(b"x")
    files[0].close("done")
    assert files[0].meta() == UploadedFile(files[0].path, 1)
    files[0].let_go()
    files[0].let_go()
    await folder.remove()
    await folder.remove()
    assert contents(tmp_path) == []
    with pytest.raises(OSError, match="the view has ended"):
        TemporaryFile(folder).init()


def contents(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@given(st.data())
@settings(max_examples=25)
def test_a_file_comes_through_in_chunks_of_any_sizes(data: st.DataObject) -> None:
    """With chunks of any size, the file is consumed as it was sent, or refused as a whole."""
    content = data.draw(st.binary(max_size=400))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=6)))
    surplus = data.draw(st.sampled_from([b"", b"", b"!"]))
    pieces = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)], strict=True)]
    pieces[-1] += surplus
    asyncio.run(_send(content, pieces, refused=bool(surplus)))


async def _send(content: bytes, pieces: list[bytes], *, refused: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        app = make_app(LIVE_UPLOAD_DIR=name)
        live: QuartLive = app.extensions["quart_live"]
        live.route("/doc", DocLive)
        async with LiveViewTest(app, "/doc") as page:
            await page.file_input("doc").choose(ChosenFile("a.txt", content))
            (sending,) = await page.file_input("doc").begin()
            answers, sent = [], 0
            for piece in pieces:
                answers.append((await sending.chunk(piece))["status"])
                sent += len(piece)
                await sending.progress(100 if sent >= len(content) else sent * 100 // len(content))
            if refused:
                assert answers[-1] == "error"
                await page.until(lambda: "too_large" in page.html)
            else:
                assert set(answers) == {"ok"}
                read: list[bytes] = await page.view.consume_uploaded_entries(
                    "doc", lambda file, entry: file.path.read_bytes()
                )
                assert read == [content]
        await live.shutdown()
        assert contents(Path(name)) == []

"""A demo as a film."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from course import Course
from course.demo import load_demo
from course.errors import CourseError
from course.lab.person.browser_choice import find_chromium
from course.stage import film
from course.stage.film import Picture, find_ffmpeg, write_gif, write_webm

Run = Callable[..., tuple[int, str]]

RED, GREEN, BLUE = (255, 0, 0), (0, 160, 0), (0, 0, 255)


def picture(colour: tuple[int, int, int], at: float, size: tuple[int, int] = (64, 48)) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Picture(out.getvalue(), at)


def shown(path: Path) -> list[tuple[tuple[int, ...], int]]:
    """The colour and the milliseconds of each picture of a GIF."""
    image = Image.open(path)
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        colour = image.convert("RGB").getpixel((5, 5))
        assert isinstance(colour, tuple)
        found.append((colour, int(image.info["duration"])))
    return found


def test_a_gif_shows_each_picture_as_long_as_it_was_there(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_gif([picture(RED, 0), picture(GREEN, 0.5), picture(BLUE, 1.5)], 2.75, path)
    assert shown(path) == [(RED, 500), (GREEN, 1000), (BLUE, 1250)]


def test_of_quick_changes_the_last_is_kept_and_a_long_wait_is_shortened(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_gif([picture(RED, 0), picture(GREEN, 0.05), picture(BLUE, 0.1), picture(RED, 60)], 61, path)
    assert shown(path) == [(BLUE, film.LONGEST_STILL_MS), (RED, 1000)]


def test_a_gif_is_no_wider_than_a_page(tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_gif([picture(RED, 0, (1280, 720))], 1, path)
    assert Image.open(path).size == (film.GIF_WIDTH, 540)


def frames_of(path: Path, ffmpeg: str, at: float) -> tuple[int, ...]:
    """The colour of a video at a moment."""
    out = path.with_suffix(".png")
    command = [
        ffmpeg,
        "-y",
        "-loglevel",
        "error",
        "-ss",
        str(at),
        "-i",
        str(path),
        "-frames:v",
        "1",
        str(out),
    ]
    subprocess.run(command, check=True)
    colour = Image.open(out).convert("RGB").getpixel((30, 20))
    assert isinstance(colour, tuple)
    return colour


def test_a_video_shows_at_each_moment_what_was_there(tmp_path: Path) -> None:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("no ffmpeg here: `make setup` installs one")
    path = tmp_path / "film.webm"
    write_webm([picture(RED, 0), picture(BLUE, 1)], 2, path, ffmpeg)
    for at, wished in ((0.5, RED), (1.5, BLUE)):
        assert all(abs(a - b) < 12 for a, b in zip(frames_of(path, ffmpeg, at), wished, strict=True))


def test_a_video_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    ffmpeg = find_ffmpeg()
    if ffmpeg is None:
        pytest.skip("no ffmpeg here: `make setup` installs one")
    with pytest.raises(CourseError, match=r"The video could not be encoded: .*No such file"):
        write_webm([picture(RED, 0)], 1, tmp_path / "nowhere" / "film.webm", ffmpeg)


def said_of(ffmpeg: str, path: Path) -> str:
    """Return the report of ffmpeg on a film."""
    return subprocess.run([ffmpeg, "-i", str(path)], capture_output=True, text=True, check=False).stderr


@pytest.mark.timeout(300)
@pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine: see `course doctor`")
async def test_a_demo_is_played_into_films(tmp_path: Path) -> None:
    from course.stage.record import record

    told: list[tuple[int, str]] = []
    chapter = Course.here().chapter(3)
    films = await record(Course.here(), chapter, tmp_path, lambda *act: told.append(act), pace=0.15)
    assert told == list(enumerate(load_demo(chapter).captions, 1))
    assert films[-1] == tmp_path / "03_live_updates.gif"
    gif = Image.open(tmp_path / "03_live_updates.gif")
    assert getattr(gif, "n_frames", 1) > 8
    gif.seek(0)
    first = gif.convert("RGB")
    gif.seek(gif.n_frames - 1)  # type: ignore[attr-defined]
    assert first.tobytes() != gif.convert("RGB").tobytes()
    if ffmpeg := find_ffmpeg():
        said = await asyncio.to_thread(said_of, ffmpeg, films[0])
        assert "vp9" in said
        assert "1280x720" in said


def test_without_playwright_it_says_what_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "playwright", None)
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    monkeypatch.delitem(sys.modules, "course.stage.record", raising=False)
    code, said = run("demo", "3", "--record")
    assert code == 1
    assert said == "Recording needs playwright.async_api.\n`make setup` installs it.\n"

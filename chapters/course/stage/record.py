"""``course demo N --record``: play the demo on the stage in a browser without a window, and film it."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Page, expect

from course.errors import CourseError
from course.lab.person.shared_browser import held_browser
from course.source.model import Chapter, Course
from course.stage.film import Picture, find_ffmpeg, write_gif, write_webm
from course.stage.serve import opened_stage
from course.stage.stage import Stage

SIZE = {"width": 1280, "height": 720}
SECONDS_TO_START = 60
# In a film no teacher reads the caption aloud, so it stays for a while after its act.
SECONDS_TO_SEE = 1.6
LETTERS_PER_SECOND = 28


async def record(
    course: Course, chapter: Chapter, into: Path, on_act: Callable[[int, str], None], pace: float = 1.0
) -> list[Path]:
    """Play a chapter's demo and write ``<chapter>.webm`` and ``<chapter>.gif``.

    Args:
        course: the course with the chapter.
        chapter: the chapter with the demo.
        into: the folder for the films; made if it is missing.
        on_act: called with each act's number and caption, after the act.
        pace: the pace of pointer, typing and reading; a smaller number is quicker.

    Returns:
        The films; without ffmpeg the GIF alone.

    Raises:
        CourseError: if there is no browser or no demo, or an act failed.
    """
    async with opened_stage(course, str(chapter.number)) as (stage, _), held_browser() as browser:
        context = await browser.new_context(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"{stage.origin}/?film=1")
        await _wait_for_people(stage, page)
        stage.change(pace=pace)
        camera = Camera()
        await camera.begin(page)
        await _play(stage, on_act)
        await camera.end()
        await context.close()
    return await asyncio.to_thread(_write, camera.pictures, camera.seconds, into, chapter.name)


async def _wait_for_people(stage: Stage, page: Page) -> None:
    people = page.locator(".seat .condition.live, .seat .condition.plain")
    wanted = page.locator(".seat").nth(1).or_(page.locator("#failed")).first
    await expect(wanted).to_be_visible(timeout=SECONDS_TO_START * 1000)
    if stage.phase == "failed":
        raise CourseError(*stage.problem.partition("\n")[::2])
    await expect(people).to_have_count(len(stage.run.everyone) if stage.run else 2, timeout=20_000)


async def _play(stage: Stage, on_act: Callable[[int, str], None]) -> None:
    player = stage.player
    if player is None:
        raise CourseError("This chapter has no demo to record.")
    # No teacher is there to press a button.
    player.pauses = False
    await asyncio.sleep(SECONDS_TO_SEE * stage.settings.pace)
    while player.next():
        await player.wait()
        if player.phase == "failed":
            raise CourseError(f"Act {player.number} failed: {player.problem}")
        on_act(player.number, player.caption)
        await asyncio.sleep((SECONDS_TO_SEE + len(player.caption) / LETTERS_PER_SECOND) * stage.settings.pace)


class Camera:
    """Takes a picture whenever the page has changed.

    Attributes:
        pictures: the pictures that it has taken, in order.
        seconds: the time from its beginning to its end.
    """

    def __init__(self) -> None:
        self.pictures: list[Picture] = []
        self.seconds = 0.0
        self._began = 0.0
        self._session: Any = None
        self._acks: set[asyncio.Future[Any]] = set()

    async def begin(self, page: Page) -> None:
        """Begin to take pictures of a page."""
        self._began = time.monotonic()
        self.pictures.append(Picture(await page.screenshot(), 0.0))
        self._session = await page.context.new_cdp_session(page)
        self._session.on("Page.screencastFrame", self._take)
        await self._session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 4})

    async def end(self) -> None:
        """Stop taking pictures."""
        self.seconds = time.monotonic() - self._began
        await self._session.send("Page.stopScreencast")
        await asyncio.gather(*self._acks, return_exceptions=True)

    def _take(self, frame: dict[str, Any]) -> None:
        self.pictures.append(Picture(base64.b64decode(frame["data"]), time.monotonic() - self._began))
        # The browser sends the next picture when this one was acknowledged.
        ack = asyncio.ensure_future(
            self._session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})
        )
        self._acks.add(ack)
        ack.add_done_callback(self._acks.discard)


def _write(pictures: list[Picture], seconds: float, into: Path, name: str) -> list[Path]:
    into.mkdir(parents=True, exist_ok=True)
    written = []
    if ffmpeg := find_ffmpeg():
        written.append(into / f"{name}.webm")
        write_webm(pictures, seconds, written[0], ffmpeg)
    written.append(into / f"{name}.gif")
    write_gif(pictures, seconds, written[-1])
    return written

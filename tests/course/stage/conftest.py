"""A browser for each module, and stages in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from support.stage_command import StageCommand
from support.stage_page import Backstage, Staged, chromium

from course import Course
from course.lab.person.browser_choice import find_chromium
from course.stage.serve import opened_stage


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium; skips where there is none."""
    if find_chromium() is None:
        pytest.skip("no Chromium on this machine: `course doctor` says what to do")
    async with chromium() as started:
        yield started


Open = Callable[..., Awaitable[Staged]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def commands() -> AsyncIterator[dict[tuple[str, ...], StageCommand]]:
    """The stages of a module, by the words of their commands. Each must close in good order."""
    running: dict[tuple[str, ...], StageCommand] = {}
    yield running
    for command in running.values():
        code, said = command.interrupt()
        command.close()
        assert code == 0, said
        assert "Traceback" not in said, said


@pytest_asyncio.fixture(loop_scope="module")
async def open_stage(browser: Browser, commands: dict[tuple[str, ...], StageCommand]) -> AsyncIterator[Open]:
    """Opens `course stage …` in the browser, as it is at the beginning. No page may raise."""
    opened: list[Staged] = []

    async def start(*words: str, width: int = 1280, height: int = 720) -> Staged:
        known = commands.get(words)
        if known is None:
            commands[words] = await StageCommand(*words).ready()
        state = None if known is None else words[1]
        staged = await Staged.open(browser, commands[words], width, height, state)
        opened.append(staged)
        return staged

    yield start
    for staged in opened:
        await staged.page.context.close()
    assert [problem for staged in opened for problem in staged.problems] == []


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def backstage(browser: Browser) -> AsyncIterator[Backstage]:
    """A stage in this process, with the small app of these tests on it."""
    async with opened_stage(Course.here(), Path(__file__).parents[1] / "apps" / "stage") as (stage, _):
        context = await browser.new_context(viewport={"width": 1280, "height": 720})
        page = await context.new_page()
        await page.goto(stage.origin)
        opened = Backstage(stage, page)
        await opened.settled()
        stage.change(pace=0)
        yield opened
        await context.close()

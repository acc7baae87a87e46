"""Every chapter's demo, played to its end on the stage, by clicking Next."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect
from support.stage_page import Backstage, Staged

from course import Chapter, Course
from course.demo import Demo, load_demo
from course.errors import CourseError
from course.stage.player import Player

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]

Open = Callable[..., Awaitable[Staged]]
COURSE = Course.here()
BASKET = "I will bring the big basket."
DEMOS = [chapter for chapter in COURSE.chapters if (chapter.path / "demo.py").is_file()]


def case(chapter: Chapter) -> Any:
    """A chapter as a parameter; the mark: see `support.sample`."""
    grows = pytest.mark.grows(state=chapter.number, chapter=chapter.number, daily=True, together=True)
    return pytest.param(chapter, id=chapter.name, marks=grows)


@pytest.mark.parametrize("chapter", [case(chapter) for chapter in DEMOS])
async def test_a_demo_is_played_to_its_end(open_stage: Open, chapter: Chapter) -> None:
    staged = await open_stage("demo", str(chapter.number))
    await staged.choose_pace("at once")
    captions = []
    while not await staged.over:
        captions.append(await staged.play())
        # The keyboard belongs to the stage again, whatever the act has clicked on.
        await expect(staged.next).to_be_focused()
    assert captions == list(load_demo(chapter).captions)
    await expect(staged.next).to_have_attribute("aria-disabled", "true")


async def test_enter_plays_the_next_act_and_the_class_can_follow(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    await expect(staged.page.locator(".count .number")).to_have_text("4 acts")
    await staged.page.keyboard.press("Enter")
    await expect(staged.page.locator(".count .number")).to_have_text("Act 1 of 4")
    await expect(staged.acts).to_have_class("acts waiting")
    message = staged.glass("Alice").get_by_label("Message", exact=True)
    await message.evaluate("it => { window.typed = 0; it.addEventListener('input', () => { typed += 1; }); }")
    await staged.page.keyboard.press("Enter")
    await expect(staged.next).to_have_text("Playing …")
    # A second Enter, in the middle of an act, is no order for another one.
    await staged.page.keyboard.press("Enter")
    await expect(staged.glass("Alice").locator("#parley-pointer")).to_be_visible()
    await expect(staged.acts).to_have_class("acts waiting")
    await expect(staged.page.locator(".count .number")).to_have_text("Act 2 of 4")
    await expect(staged.glass("Bob").get_by_role("log").get_by_text(BASKET, exact=True)).to_be_visible()
    assert await message.evaluate("() => typed") == len(BASKET), "letter by letter"


async def test_again_begins_from_the_beginning_with_everything_whole(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    await staged.choose_pace("at once")
    for _ in range(3):
        await staged.play()
    await expect(staged.fault("Bob", "Cut")).to_have_attribute("aria-pressed", "true")
    await staged.page.get_by_role("button", name="Again", exact=True).click()
    await expect(staged.page.locator("#starting")).to_be_visible()
    await staged.settled()
    await expect(staged.page.locator(".count .number")).to_have_text("4 acts")
    await expect(staged.fault("Bob", "Cut")).to_have_attribute("aria-pressed", "false")
    assert await staged.glass("Alice").get_by_text("big basket").count() == 0
    # Whatever was broken by hand is fixed before the first act.
    await staged.fault("Alice", "Refuse").click()
    await staged.page.get_by_role("button", name="Kill server").click()
    await expect(staged.condition("Bob")).to_have_text("connection lost")
    while not await staged.over:
        await staged.play()


async def test_an_act_that_does_not_go_as_written_can_be_helped_and_goes_on(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    await staged.choose_pace("at once")
    await staged.play()
    await staged.fault("Alice", "Hang").click()
    await staged.next.click()
    await expect(staged.acts).to_have_class("acts stuck", timeout=30_000)
    await expect(staged.acts).to_contain_text(
        "Alice's page: log “Messages”, in it text “I will bring the big basket.”"
    )
    await expect(staged.next).to_have_text("Try again ⏎")
    await expect(staged.next).not_to_have_attribute("aria-disabled", "true")
    await expect(staged.page.get_by_role("button", name="Again", exact=True)).to_be_visible()
    await staged.fault("Alice", "Hang").click()
    await has_basket(staged, "Alice")
    # The stage may be loaded again meanwhile, and with it the pages of all; the same act goes on.
    await staged.page.reload()
    await staged.settled()
    await expect(staged.next).to_have_text("Try again ⏎")
    await staged.next.focus()
    await staged.page.keyboard.press("Enter")
    await expect(staged.acts).to_have_class("acts waiting", timeout=30_000)
    await expect(staged.page.locator(".count .number")).to_have_text("Act 2 of 4")
    await expect(staged.acts).not_to_contain_text("Alice's page:")


async def has_basket(staged: Staged, name: str) -> None:
    """Wait until a person's log shows the message of the second act."""
    await expect(staged.glass(name).get_by_role("log").get_by_text(BASKET, exact=True)).to_be_visible()


async def test_after_a_chapter_was_chosen_enter_plays_its_first_act(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    menu = staged.page.locator("#states")
    await staged.page.get_by_role("button", name="Chapter on the stage").click()
    await expect(menu).to_be_visible()
    await staged.page.locator("#state-3").click()
    await expect(menu).to_be_hidden()
    await expect(staged.page.locator("#state-3")).to_have_attribute("aria-current", "true")
    await staged.settled()
    await expect(staged.next).to_be_focused()
    await staged.page.keyboard.press("Enter")
    await expect(staged.page.locator(".count .number")).to_have_text("Act 1 of 4")
    await expect(menu).to_be_hidden()
    # The same after a menu that was opened by a click, and after a toggle.
    await expect(staged.acts).to_have_class("acts waiting")
    await staged.choose_pace("at once")
    await staged.fault("Bob", "Delay").click()
    await expect(staged.fault("Bob", "Delay")).to_have_attribute("aria-pressed", "true")
    await staged.page.keyboard.press("Enter")
    await expect(staged.page.locator(".count .number")).to_have_text("Act 2 of 4")
    await expect(staged.fault("Bob", "Delay")).to_have_attribute("aria-pressed", "true")


async def test_the_bytes_of_each_act_are_summed(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    await staged.choose_pace("at once")
    await staged.play()
    await staged.play()
    await staged.page.locator(".count .sum").click()
    rows = staged.page.get_by_role("table", name="act by act").get_by_role("row")
    await expect(rows).to_have_count(4)
    await expect(rows.nth(1)).to_contain_text(re.compile(r"before\s*\d+\s*[\d,]+ B\s*[\d,]+ B"))
    second = await rows.nth(3).inner_text()
    number, frames, sent, received = re.findall(r"[\d,]+", second)
    assert number == "2" and int(frames) >= 3
    wire = staged.wire.filter(has_text='form "send"').locator(".size")
    (event,) = re.findall(r"[\d,]+", await wire.inner_text())
    assert int(sent.replace(",", "")) >= int(event.replace(",", "")) > 50
    assert int(received.replace(",", "")) > 100


async def test_an_act_that_cannot_be_helped_offers_the_start(backstage: Backstage) -> None:
    stage = backstage.stage

    async def acts(_lab: object) -> AsyncIterator[str]:
        yield "Nothing good comes of this."
        raise CourseError("The bridge is out.", "Take the ferry.")

    assert stage.run is not None
    demo = Demo((), {}, ("Nothing good comes of this.",), acts)
    stage.player = Player(demo, stage.run, lambda: 0.0, stage.changed)
    stage.changed()
    await backstage.next.click()
    await expect(backstage.acts).to_have_class("acts failed")
    await expect(backstage.acts).to_contain_text("The bridge is out. Take the ferry.")
    await expect(backstage.next).to_have_text("From the start ⏎")
    await expect(backstage.next).not_to_have_attribute("aria-disabled", "true")
    await expect(backstage.next).to_have_attribute("phx-click", "load")


async def test_a_chapter_without_a_demo_says_so(open_stage: Open) -> None:
    without = [chapter.number for chapter in COURSE.chapters if chapter not in DEMOS]
    if not without:
        pytest.skip("every chapter has a demo")
    staged = await open_stage("stage", str(without[0]))
    await expect(staged.page.get_by_text("There is no demo")).to_be_visible()

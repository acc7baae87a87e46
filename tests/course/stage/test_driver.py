"""Actors act: the script in the page does what a person would, and says plainly what it could not."""

from __future__ import annotations

import asyncio
import re
import time

import pytest
from playwright.async_api import Route, expect
from support.stage_page import Backstage

from course.demo import arrive
from course.errors import CourseError
from course.stage.actor import Actor
from course.stage.errors import ActFailed

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(120)]

CHANGE_AND_LOOK = """() => {
  document.querySelector("h1")?.append(".");
  return document.querySelector("[data-parley=outline]");
}"""


async def at(backstage: Backstage, path: str) -> Actor:
    alice = backstage.actor("Alice")
    await alice.goto(path)
    return alice


async def events(alice: Actor) -> list[str]:
    return await alice.page.locator("#events > li").all_inner_texts()


@pytest.mark.parametrize("pace", [0, 0.2])
async def test_a_field_is_filled_with_the_events_of_typing(backstage: Backstage, pace: float) -> None:
    alice = await at(backstage, "/fields")
    alice.driver.pace = pace
    title = alice.textbox("Title")
    await title.fill("Hike")
    assert await title.input_value() == "Hike"
    said = await events(alice)
    assert "input title" in said
    assert said.count("input title") == (1 if not pace else 4)
    await title.fill("")
    assert await title.input_value() == ""
    await title.press_sequentially("On ")
    await title.press_sequentially("Saturday")
    assert await title.input_value() == "On Saturday"
    await alice.textbox("Message").fill("first line")
    assert "change title" in await events(alice), "leaving a changed field is a change"
    alice.driver.pace = 0


async def test_keys_do_what_a_browser_does(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    message, title = alice.textbox("Message"), alice.textbox("Title")
    await message.fill("one")
    await message.press("Enter")
    await message.press("t")
    await message.press("Space")
    await message.press("Backspace")
    assert await message.input_value() == "one\nt"
    await title.press("Enter")
    await alice.text("saved old title").wait_for()
    assert (await events(alice)).count("submit form") == 1
    await alice.page.get_by_role("checkbox", name="Tea").press("Space")
    assert await alice.page.locator("#tea:checked").count() == 1
    await title.press("Tab")
    assert await alice.page.locator("#message:focus").count() == 1
    await message.press("Shift+Tab")
    assert await alice.page.locator("#title:focus").count() == 1
    await alice.button("Save").press("Enter")
    assert (await events(alice)).count("submit form") == 2


async def test_boxes_choices_and_notes(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    tea = alice.page.get_by_role("checkbox", name="Tea")
    await tea.check()
    await tea.check()
    assert (await events(alice)).count("change tea") == 1
    await tea.uncheck()
    assert await alice.page.locator("#tea:checked").count() == 0
    await alice.page.get_by_role("combobox", name="Pace").fill("f")
    assert await alice.page.get_by_role("combobox", name="Pace").input_value() == "f"
    await alice.textbox("Note").fill("remember")
    assert await alice.textbox("Note").inner_text() == "remember"


async def test_a_click_is_where_the_pointer_is_and_brings_the_focus(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    await alice.button("Save").click()
    said = await events(alice)
    assert said.index("mousedown Save") < said.index("focus Save") < said.index("click Save")
    await alice.text("saved old title").wait_for()


async def test_it_waits_for_what_is_not_there_yet(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    await alice.button("Later").click()
    await alice.button("Now").click()
    assert "click off" in await events(alice)


async def test_dialogs_open_and_close(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    asked = alice.page.get_by_role("dialog", name="Sure?")
    assert not await asked.is_visible()
    await alice.button("Ask").click()
    await asked.wait_for()
    await alice.button("Yes").press("Escape")
    await asked.wait_for(state="hidden")


async def test_it_refuses_to_choose_and_says_what_is_missing(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    with pytest.raises(ActFailed, match="Alice's page: there are 2 of text “Twin”"):
        await alice.text("Twin").click()
    await alice.text("Twin").first.click()
    began = time.monotonic()
    with pytest.raises(ActFailed, match="text “Nowhere” did not become visible within 1 s"):
        await alice.text("Nowhere").wait_for(timeout=1000)
    assert 0.9 < time.monotonic() - began < 4
    alice.driver.seconds = 0.3
    try:
        with pytest.raises(ActFailed, match="there is a disabled button “Not yet”"):
            await alice.button("Not yet").click()
        with pytest.raises(ActFailed, match="there is no button /not/"):
            await alice.button(re.compile("not")).click()
        with pytest.raises(ActFailed, match="button “Save” is not a field"):
            await alice.button("Save").fill("x")
    finally:
        alice.driver.seconds = 5


async def test_a_click_that_leads_away_is_done_and_what_waits_goes_on(backstage: Backstage) -> None:
    alice = await at(backstage, "/slow")
    await alice.link("Away").click()
    await alice.textbox("Title").fill("there")
    assert alice.page.url.endswith("/fields")
    answer = await alice.goto("/slow")
    assert answer.status == 200
    await alice.button("Away soon").click()
    await alice.textbox("Title").wait_for()
    assert (await alice.goto("/nowhere")).status == 404
    answer = await (await at(backstage, "/slow")).follow(alice.link("Away"))
    assert (answer.status, alice.page.url) == (200, alice.url + "/fields")


async def test_what_changes_is_outlined_in_a_page_that_was_still_coming(backstage: Backstage) -> None:
    alice = await at(backstage, "/fields")
    waiting, on = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        waiting.set()
        await on.wait()
        await route.fulfill(content_type="text/javascript", body="")

    await backstage.page.route("**/late.js", hold)
    backstage.stage.send(alice.key, {"do": "open", "url": alice.url + "/late"})
    await waiting.wait()
    [frame] = [frame for frame in backstage.page.frames if frame.url == alice.url + "/late"]
    await frame.evaluate("addEventListener('message', event => (last = event.data.do)), last = ''")
    backstage.stage.change(outlined=True)
    # A page without a body is not drawn, and so it has no animation frames to look in.
    await frame.wait_for_function("last === 'outline'", polling=50)
    assert await frame.evaluate("document.body") is None
    on.set()
    await frame.wait_for_function(CHANGE_AND_LOOK)
    backstage.stage.change(outlined=False)
    assert backstage.problems == []


async def test_people_sign_in_by_the_page_and_keep_their_cookies_apart(backstage: Backstage) -> None:
    assert backstage.stage.run is not None
    run = backstage.stage.run
    alice, bob = run.everyone
    await alice.goto("/me")
    assert alice.page.url == alice.url + "/sign-in"
    await arrive(run, alice, "/me")
    assert alice.page.url == alice.url + "/me"
    await alice.heading("alice@example.com").wait_for()
    await bob.goto("/me")
    assert bob.page.url == bob.url + "/sign-in", "Alice's cookie is not Bob's"
    with pytest.raises(CourseError, match=r"Bob is not signed in: Email or password is wrong\."):
        await run.sign_in(bob, password="guessed")
    await run.sign_in(bob)
    await bob.heading("bob@example.com").wait_for()
    await alice.reload()
    await alice.heading("alice@example.com").wait_for()


async def test_a_page_that_forbids_frames_and_scripts_can_be_played(
    backstage: Backstage,
) -> None:
    alice = await at(backstage, "/guarded")
    assert await alice.heading("Guarded").is_visible()


async def test_an_enter_meant_for_the_stage_reaches_no_page_that_acts(
    backstage: Backstage,
) -> None:
    alice = await at(backstage, "/fields")
    alice.driver.pace = 2
    typing = alice.textbox("Title").fill("a title that takes its time")
    acting = asyncio.ensure_future(typing)
    await expect(backstage.glass("Alice").get_by_label("Title")).to_have_value(re.compile("^a ti"))
    await backstage.glass("Alice").get_by_label("Title").focus()
    await backstage.page.keyboard.press("Enter")
    await acting
    alice.driver.pace = 0
    assert "submit form" not in await events(alice)
    await backstage.page.keyboard.press("Enter")
    await alice.text("saved a title").wait_for()

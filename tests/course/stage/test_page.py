"""What the teacher does with the stage, in a real browser against a real messenger."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest
from playwright.async_api import expect
from support.stage_page import Backstage, Staged

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

FOCUS_RING = """() => {
  const here = document.activeElement;
  if (here.tagName === "IFRAME") return "frame";
  return `${getComputedStyle(here).outlineStyle} ${here.getAttribute("aria-label") || here.innerText.trim()}`;
}"""

REMEMBER_OUTLINES = """html => {
  window.outlines = [];
  const see = node => {
    if (node.dataset?.parley === "outline") outlines.push(node.getBoundingClientRect().toJSON());
  };
  const look = all => all.forEach(one => one.addedNodes.forEach(see));
  new MutationObserver(look).observe(html, {childList: true});
}"""

TEMPLATE = (
    Path(__file__)
    .parents[3]
    .joinpath("chapters/03_live_updates/files/messenger/templates/conversation_live.html")
)

REMEMBER_WORDS = """group => {
  window.words = [];
  const see = () => words.push(group.querySelector("strong").textContent);
  new MutationObserver(see).observe(group, {childList: true, characterData: true, subtree: true});
}"""

Open = Callable[..., Awaitable[Staged]]


async def send(staged: Staged, name: str, text: str) -> None:
    """Write a message with one's own hands, as the teacher may."""
    await staged.glass(name).get_by_label("Message", exact=True).fill(text)
    await staged.glass(name).get_by_role("button", name="Send").click()


async def has(staged: Staged, name: str, text: str) -> None:
    """Wait until a person's log shows a text, once."""
    log = staged.glass(name).get_by_role("log", name="Messages")
    await expect(log.get_by_text(text, exact=True)).to_have_count(1)


# Nothing shows through, and there is room for more than a header.
LIES_ON_TOP = """it => {
  const { left, top, right, bottom, height } = it.getBoundingClientRect();
  const middle = (left + right) / 2;
  const heights = [top + 5, (top + bottom) / 2, bottom - 5];
  return height > 200 && heights.every((each) => it.contains(document.elementFromPoint(middle, each)));
}"""


async def test_alice_writes_and_bob_has_it_and_the_wire_shows_how(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    for name, address in (("Alice", "/conversations/1/users/1"), ("Bob", "/conversations/1/users/2")):
        frame = staged.seat(name).locator("iframe")
        start = re.compile(rf"^http://{name.lower()}\.parley\.localhost:\d+{address}$")
        await expect(frame).to_have_attribute("src", start)
    await send(staged, "Alice", "Is anybody here?")
    await has(staged, "Bob", "Is anybody here?")
    rows = staged.wire.filter(has_text="Is anybody here?").filter(has_text="event")
    await expect(rows).to_contain_text(re.compile(r'Alice.*→.*event.*\d+ B.*form "send"', re.S))
    await expect(staged.wire.first).to_contain_text(re.compile(r"(Alice|Bob).*←.*(diff|reply).*\d+ B", re.S))
    # What a row carries can be read whole.
    await rows.get_by_role("button").click()
    payload = staged.page.get_by_role("region", name="One frame")
    await expect(payload).to_contain_text('"event": "send"')
    await payload.get_by_role("button", name="Close").click()
    await expect(payload).to_have_count(0)


async def test_the_wire_is_filtered_by_person_and_by_kind(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await expect(staged.wire.filter(has_text="rendered")).to_have_count(2)
    filters = staged.page.get_by_role("group", name="Show")
    await filters.get_by_role("button", name="Bob").click()
    await expect(staged.wire.filter(has_text="rendered")).to_have_count(1)
    await expect(staged.wire.filter(has_text="Alice")).to_have_count(0)
    await filters.get_by_role("button", name="join").click()
    await expect(staged.wire.filter(has_text="rendered")).to_have_count(0)
    await expect(staged.wire.filter(has_text="page").filter(has_text="GET /counter")).to_have_count(1)
    await filters.get_by_role("button", name="Bob").click()
    await filters.get_by_role("button", name="join").click()
    await expect(staged.wire.filter(has_text="rendered")).to_have_count(2)
    # New frames obey it as well.
    await filters.get_by_role("button", name="event").click()
    await staged.glass("Alice").get_by_role("button", name="Increment").click()
    await expect(staged.wire.filter(has_text='part 2 becomes "1"')).to_be_visible()
    await expect(staged.wire.filter(has_text="increment")).to_have_count(0)


async def test_a_frame_is_joined_to_the_lines_of_the_template(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    await send(staged, "Alice", "Which line is this?")
    await has(staged, "Bob", "Which line is this?")
    await staged.page.get_by_role("button", name="wide", exact=True).click()
    await expect(staged.page.locator("main.wide")).to_be_visible()
    await staged.wire.filter(has_text="Bob").filter(has_text="diff").first.get_by_role("button").click()
    payload = staged.page.get_by_role("region", name="One frame")
    row = payload.get_by_role("row").filter(has_text="Which line is this?").filter(has_text="bubble")
    await expect(row).to_contain_text(re.compile(r"\d+\[0\]\.\d.*conversation_live\.html:\d+", re.S))
    template = TEMPLATE.read_text(encoding="utf-8")
    (number,) = re.findall(r"html:(\d+)", await row.inner_text())
    line = template.splitlines()[int(number) - 1].strip()
    assert "{{" in line
    await expect(row).to_contain_text(line)
    boxes = [await one.bounding_box() for one in (payload, staged.seat("Alice"))]
    assert boxes[0] and boxes[1] and boxes[0]["width"] > 1.5 * boxes[1]["width"]
    assert await payload.evaluate(LIES_ON_TOP)
    await staged.page.get_by_role("button", name="wide", exact=True).click()
    await expect(staged.page.locator("main.wide")).to_have_count(0)
    assert await payload.evaluate(LIES_ON_TOP)
    await payload.get_by_role("button", name="Close").click()


async def test_with_three_people_everything_stays_in_its_row(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.page.get_by_role("button", name="Add Carol").click()
    await staged.settled()
    await staged.fault("Bob", "Cut").click()
    await staged.fault("Carol", "Delay").click()
    await expect(staged.condition("Bob")).to_have_text("connection lost")
    tops = "all => [...new Set(all.map(one => Math.round(one.getBoundingClientRect().top)))]"
    for name in ("Alice", "Bob", "Carol"):
        seat = staged.seat(name)
        assert len(await seat.locator(".faults button").evaluate_all(tops)) == 1, name
        header = seat.locator("header")
        height = await header.evaluate("it => it.getBoundingClientRect().height")
        tallest = await header.locator("> *").evaluate_all(
            "all => Math.max(...all.map(one => one.getBoundingClientRect().height))"
        )
        assert height < 1.5 * tallest, name
        cut = "it => it.scrollWidth > it.clientWidth"
        assert not await staged.condition(name).evaluate(cut), name


async def test_a_stage_that_starts_does_not_say_that_the_server_is_dead(backstage: Backstage) -> None:
    server = backstage.page.get_by_role("group", name="Server")
    await server.evaluate(REMEMBER_WORDS)
    backstage.stage.load(Path(__file__).parents[1] / "apps" / "stage")
    await expect(server).to_contain_text("Server starts …")
    await backstage.settled()
    await expect(server).to_contain_text("Server runs")
    said = await backstage.page.evaluate("() => words")
    assert "Server starts …" in said
    assert not [words for words in said if "dead" in words], said


@pytest.mark.parametrize("fault", ["Cut", "Refuse"])
async def test_a_broken_link_shows_and_is_fixed_by_a_second_press(open_stage: Open, fault: str) -> None:
    staged = await open_stage("stage", "3")
    toggle = staged.fault("Bob", fault)
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    await expect(staged.condition("Bob")).to_have_text("connection lost")
    await expect(staged.condition("Alice")).to_have_text("live")
    await expect(staged.wire.filter(has_text="Bob").filter(has_text="the socket is closed")).to_have_count(1)
    await send(staged, "Alice", "Are you there?")
    await has(staged, "Alice", "Are you there?")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    await expect(staged.condition("Bob")).to_have_text("live")
    await has(staged, "Bob", "Are you there?")


async def test_a_hanging_link_sends_and_gets_no_answer_until_it_is_fixed(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    await staged.fault("Alice", "Hang").click()
    await expect(staged.fault("Alice", "Hang")).to_have_attribute("aria-pressed", "true")
    await send(staged, "Alice", "Lost in a tunnel")
    await expect(staged.wire.first).to_contain_text("Lost in a tunnel")
    await expect(staged.condition("Alice")).to_have_text("live")
    assert await staged.glass("Bob").get_by_text("Lost in a tunnel").count() == 0
    await staged.fault("Alice", "Hang").click()
    await has(staged, "Bob", "Lost in a tunnel")


async def test_one_fault_follows_another_and_a_delay_is_as_long_as_chosen(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.fault("Alice", "Refuse").click()
    await expect(staged.condition("Alice")).to_have_text("connection lost")
    await staged.page.get_by_role("button", name="Settings").click()
    await staged.page.get_by_label("Delay of a link").select_option("0.3")
    await staged.page.keyboard.press("Escape")
    delay = staged.fault("Alice", "Delay 0.3 s")
    await delay.click()
    await expect(delay).to_have_attribute("aria-pressed", "true")
    await expect(staged.fault("Alice", "Refuse")).to_have_attribute("aria-pressed", "false")
    await expect(staged.condition("Alice")).to_have_text("live")
    took = (
        await staged.glass("Alice")
        .locator("body")
        .evaluate("async () => { const t = Date.now(); await fetch('/-/lab'); return Date.now() - t; }")
    )
    assert took >= 590


async def test_the_server_is_killed_and_started_again(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    server = staged.page.get_by_role("group", name="Server")
    kill = server.get_by_role("button", name="Kill server")
    (child,) = psutil.Process(staged.command.process.pid).children()
    await kill.click()
    await expect(server).to_contain_text("Server is dead")
    await expect(kill).to_have_attribute("aria-pressed", "true")
    assert not child.is_running()
    for name in ("Alice", "Bob"):
        await expect(staged.condition(name)).to_have_text("connection lost")
    await kill.click()
    await expect(server).to_contain_text("Server runs")
    for name in ("Alice", "Bob"):
        await expect(staged.condition(name)).to_have_text("live")
    (child,) = psutil.Process(staged.command.process.pid).children()
    await server.get_by_role("button", name="Restart").click()
    await expect(server).to_contain_text("Restarting")
    await expect(server).to_contain_text("Server runs")
    assert not child.is_running()
    for name in ("Alice", "Bob"):
        await expect(staged.condition(name)).to_have_text("live")


async def test_a_server_that_dies_by_itself_is_seen(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    (child,) = psutil.Process(staged.command.process.pid).children()
    child.kill()
    await expect(staged.page.get_by_role("group", name="Server")).to_contain_text("Server is dead")


async def test_a_view_is_crashed_and_the_log_says_so(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.glass("Bob").get_by_role("button", name="Increment").click()
    await expect(staged.glass("Bob").get_by_text("clicked 1 times")).to_be_visible()
    await staged.seat("Bob").get_by_role("button", name="Crash").click()
    await expect(staged.glass("Bob").get_by_text("clicked 0 times")).to_be_visible()
    await expect(staged.wire.filter(has_text="this view crashed")).to_have_count(1)
    await expect(staged.log.and_(staged.page.locator(".error")).first).to_be_visible()
    await expect(staged.condition("Alice")).to_have_text("live")
    assert await staged.page.get_by_role("alert").count() == 0


async def test_a_third_person_comes_and_goes_and_nobody_else_is_disturbed(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    for name in ("Alice", "Bob"):
        await staged.glass(name).get_by_role("button", name="Increment").click()
        await expect(staged.glass(name).get_by_text("clicked 1 times")).to_be_visible()
    await staged.page.get_by_role("button", name="Add Carol").click()
    await expect(staged.condition("Carol")).to_have_text("live")
    await staged.glass("Carol").get_by_role("button", name="Increment").click()
    await expect(staged.glass("Carol").get_by_text("clicked 1 times")).to_be_visible()
    await staged.seat("Alice").get_by_role("button", name="send away").click()
    await expect(staged.seat("Alice")).to_have_count(0)
    # A frame that was moved or made anew would have lost its count.
    for name in ("Bob", "Carol"):
        await expect(staged.glass(name).get_by_text("clicked 1 times")).to_be_visible()
    await staged.page.get_by_role("button", name="Add Alice").click()
    await expect(staged.condition("Alice")).to_have_text("live")
    await expect(staged.glass("Alice").get_by_text("clicked 0 times")).to_be_visible()
    await expect(staged.glass("Bob").get_by_text("clicked 1 times")).to_be_visible()


async def test_another_chapter_is_brought_on(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.glass("Alice").get_by_role("button", name="Increment").click()
    await staged.bring_on("2")
    await expect(staged.glass("Alice").get_by_role("heading", name="Modern Talking")).to_be_visible()
    await expect(staged.wire.filter(has_text="increment")).to_have_count(0)
    assert len(psutil.Process(staged.command.process.pid).children()) == 1


async def test_a_frame_that_shows_nothing_says_so_and_can_be_loaded_again(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.fault("Alice", "Refuse").click()
    await staged.seat("Alice").get_by_role("button", name="load again").click()
    await expect(staged.condition("Alice")).to_have_text("no page")
    await staged.fault("Alice", "Refuse").click()
    await staged.seat("Alice").get_by_role("button", name="load again").click()
    await expect(staged.condition("Alice")).to_have_text("live")


async def test_only_one_window_has_the_frames(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    second = await staged.page.context.new_page()
    await second.goto(staged.command.address)
    await expect(second.locator(".seat .condition.live")).to_have_count(2)
    await expect(staged.page.locator(".seat")).to_have_count(0)
    await staged.page.get_by_role("button", name="Bring it here").click()
    await staged.settled()
    await expect(second.locator("iframe")).to_have_count(0)
    await second.close()
    await expect(staged.condition("Alice")).to_have_text("live")


async def test_the_page_may_be_loaded_again(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.fault("Bob", "Delay").click()
    await staged.page.reload()
    await staged.settled()
    await expect(staged.fault("Bob", "Delay")).to_have_attribute("aria-pressed", "true")
    await expect(staged.wire.filter(has_text="GET /counter")).to_have_count(4)


async def test_everything_works_by_keyboard_and_the_focus_is_seen(open_stage: Open) -> None:
    staged = await open_stage("stage", "1")
    await staged.page.get_by_role("button", name="Chapter on the stage").press("Tab")
    reached: list[str] = []
    for _ in range(60):
        outline = await staged.page.evaluate(FOCUS_RING)
        if outline != "frame":
            assert outline.startswith(("solid", "auto")), f"no focus ring on {outline}"
            reached.append(outline.partition(" ")[2])
        await staged.page.keyboard.press("Tab")
        if reached and reached[-1].startswith("Next"):
            break
    for wanted in (
        "Kill server",
        "Restart",
        "Add Carol",
        "Settings",
        "Cut",
        "Hang",
        "Crash Bob's view",
        "heartbeat",
    ):
        assert wanted in reached, (wanted, reached)
    await staged.fault("Bob", "Cut").focus()
    await staged.page.keyboard.press("Space")
    await expect(staged.fault("Bob", "Cut")).to_have_attribute("aria-pressed", "true")


async def test_what_a_diff_changes_is_outlined_where_it_lands(open_stage: Open) -> None:
    staged = await open_stage("stage", "3")
    toggle = staged.page.get_by_role("button", name="outline changes")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "true")
    glass = staged.glass("Bob")
    await glass.locator("html").evaluate(REMEMBER_OUTLINES)
    await send(staged, "Alice", "Here it is")
    await has(staged, "Bob", "Here it is")
    new = glass.get_by_role("log").get_by_text("Here it is", exact=True)
    bubble = await new.evaluate("it => it.getBoundingClientRect().toJSON()")
    outlines = await glass.locator("html").evaluate("() => outlines")
    assert any(
        one["left"] <= bubble["left"] and one["right"] >= bubble["right"] and one["height"] < 120
        for one in outlines
    ), (bubble, outlines)
    await expect(glass.locator("[data-parley=outline]")).to_have_count(0)
    # It holds for pages that are loaded later, until it is taken back.
    await staged.seat("Bob").get_by_role("button", name="load again").click()
    await staged.settled()
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "false")

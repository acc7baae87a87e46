"""Chapter 1: a first live view. Each check tests one point of the syllabus."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from course.checks import CheckContext, check, since
from course.lab.link.frames import Frame

from .steps import clicks, counted

APP = "messenger/__init__.py"
COUNTER = "messenger/counter_live.py"
BY_HAND = "messenger/by_hand.py"
PAGES = "messenger/pages.py"
INDEX = "messenger/templates/index.html"
LAYOUT = "messenger/templates/layout.html"
CLIENT = "static/app.js"

# The most bytes of a frame with one changed number: the topic, the references and the number.
SMALL = 60

KEYS = ("altKey", "ctrlKey", "metaKey", "shiftKey")
PLACES = ("pageX", "pageY", "screenX", "screenY")


@check("1.1", "The first page is plain HTML; then a socket joins", files=[APP, COUNTER, LAYOUT, CLIENT])
@since(1)
async def first_page(c: CheckContext) -> None:
    alice = await c.person("Alice")
    html = await c.html_of(alice, "/counter")
    c.expect(counted(0) in html, expected=f"“{counted(0)}” in the HTML of the page", seen="HTML without it")
    before = alice.mark()
    await c.visit(alice, "/counter")
    await c.expect_visible(alice.heading("Counter"))
    views = await alice.views()
    c.expect(views, expected="a live view on the page", seen="a page without one")
    await c.expect_frame(alice, before, lambda f: f.kind == "join", "a join on the wire")
    await c.expect_frame(alice, before, lambda f: f.kind == "rendered", "the rendered tree in its reply")


@check("1.2", "Increment counts", files=[COUNTER])
@since(1)
async def increment(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    await c.expect_text(clicks(alice), counted(0), "the line that counts")
    await c.click(alice, "Increment")
    await c.expect_text(clicks(alice), counted(1), "the line that counts")
    await c.click(alice, "Increment", times=2)
    await c.expect_text(clicks(alice), counted(3), "the line that counts")


@check("1.3", "A click event carries its keys and its position", files=[COUNTER, CLIENT])
@since(1)
async def metadata(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    before = alice.mark()
    c.done("Alice clicked Increment with Shift held")
    await alice.button("Increment").click(modifiers=["Shift"])
    frame = await c.expect_frame(alice, before, lambda f: f.kind == "event", "the click on the wire")
    value = frame.payload["value"]
    missing = [name for name in (*KEYS, *PLACES) if name not in value]
    c.expect(not missing, expected="keys and coordinates in the event", seen=f"no {', '.join(missing)}")
    c.expect(value["shiftKey"] is True, expected="shiftKey = true", seen=f"shiftKey = {value['shiftKey']}")
    await c.expect_text(alice.page.locator("main"), "Shift", "the page")
    place = f"{value['pageX']}, {value['pageY']}"
    await c.expect_text(alice.page.locator("main"), place, "the page, where the click was")


@check("1.4", "The counter ticks by itself", files=[COUNTER])
@since(1)
async def ticks(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    before = alice.mark()
    line = alice.text(re.compile(r"ticked \d+ times"))
    await c.expect_visible(line, "a line that counts ticks")
    ticked = int(re.sub(r"\D", "", await line.inner_text()))
    c.done("waited and touched nothing")
    c.patience += 5  # the counter ticks every few seconds
    await c.expect_text(line, f"ticked {ticked + 1} times", "the line that counts ticks")
    asked = [frame for frame in alice.frames_since(before) if frame.kind == "event"]
    c.expect(not asked, expected="a diff that nobody asked for", seen="an event that the page had sent")


@check("1.5", "A form shows what arrives with each change", files=[COUNTER])
@since(1)
async def form(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    before = alice.mark()
    await c.fill(alice, "Name", "Ann & Bob")
    frame = await c.expect_frame(alice, before, is_form, "a form event on the wire")
    sent = dict(parse_qsl(str(frame.payload["value"]), keep_blank_values=True))
    c.expect(
        sent.get("order[name]") == "Ann & Bob",
        expected="the field, URL-encoded, as order[name]",
        seen=str(frame.payload["value"]),
    )
    arrived = alice.page.get_by_label("What arrived")
    await c.expect_text(arrived, '"name": "Ann & Bob"', "“What arrived”")
    await c.expect_text(arrived, "_target", "“What arrived”")


def is_form(frame: Frame) -> bool:
    """Return whether a frame carries a form's change event."""
    return frame.kind == "event" and frame.payload.get("type") == "form"


@check("1.6", "A click costs a few bytes", files=[COUNTER])
@since(1)
async def few_bytes(c: CheckContext) -> None:
    alice = await c.person("Alice")
    page = len((await c.html_of(alice, "/counter")).encode())
    await c.visit(alice, "/counter")
    await c.click(alice, "Increment")
    await c.expect_text(clicks(alice), counted(1), "the line that counts")
    before = alice.mark()
    await c.click(alice, "Increment")
    frame = await c.expect_frame(alice, before, lambda f: f.kind == "diff", "a diff on the wire")
    c.expect(frame.size < SMALL, expected=f"a diff of less than {SMALL} bytes", seen=f"{frame.size} bytes")
    c.expect(page > 10 * frame.size, expected="a page that costs ten times more", seen=f"{page} bytes")


@check("1.7", "By hand: every change sends everything, and typed text is lost", files=[BY_HAND, APP])
@since(1, until=2)
async def by_hand(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/by-hand")
    await alice.page.wait_for_function("socket.readyState === WebSocket.OPEN")
    await c.fill(alice, "Name", "half a na")
    before = alice.mark()
    await c.click(alice, "Increment")
    await c.expect_text(clicks(alice), counted(1), "the line that counts")
    frame = await c.expect_frame(
        alice, before, lambda f: f.direction == "received" and "<button" in str(f.payload), "HTML on the wire"
    )
    c.expect(frame.size > SMALL, expected="more bytes than a diff has", seen=f"{frame.size} bytes")
    await c.expect_value(alice.textbox("Name"), "", "the field Name, whose text is lost")


@check("1.8", "A view can stand in an ordinary page, twice", files=[PAGES, INDEX, COUNTER])
@since(1, until=2)
async def embedded(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/")
    views = await alice.views()
    c.expect(len(views) == 2, expected="two live views on the landing page", seen=f"{len(views)} of them")
    left, right = (alice.page.locator(f"#{view.id}") for view in views)
    c.done("Alice clicked Increment in the second one")
    await right.get_by_role("button", name="Increment").click()
    await c.expect_text(clicks(right), counted(1), "the second counter")
    await c.expect_text(clicks(left), counted(0), "the first counter")
    c.expect(alice.open_sockets == 1, expected="one socket for both", seen=f"{alice.open_sockets} sockets")


@check("1.9", "The count is lost with a killed server; the page returns by itself", files=[COUNTER, CLIENT])
@since(1)
async def killed(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/counter")
    await c.click(alice, "Increment", times=2)
    await c.expect_text(clicks(alice), counted(2), "the line that counts")
    same_page = c.stays(alice)
    await c.restart()
    await c.expect_text(clicks(alice), counted(0), "the line that counts, from the start again")
    same_page()
    await c.click(alice, "Increment")
    await c.expect_text(clicks(alice), counted(1), "the line that counts")


@check("1.10", "A handler that raises restarts its own view only", files=[COUNTER, INDEX])
@since(1, until=2)
async def crashed(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/")
    views = await alice.views()
    c.expect(len(views) == 2, expected="two live views on the landing page", seen=f"{len(views)} of them")
    left, right = (alice.page.locator(f"#{view.id}") for view in views)
    c.done("Alice clicked Increment in both counters")
    for counter in (left, right):
        await counter.get_by_role("button", name="Increment").click()
        await c.expect_text(clicks(counter), counted(1), "its counter")
    c.app_may_raise("on purpose")
    before, same_page = alice.mark(), c.stays(alice)
    c.done("the first one raised an error")
    await left.get_by_role("button", name="Raise an error").click()
    await c.expect_frame(alice, before, lambda f: f.kind == "crash", "a crash of one view on the wire")
    await alice.live()
    await c.expect_text(clicks(left), counted(0), "the counter that raised")
    await c.expect_text(clicks(right), counted(1), "the other counter")
    topics = {f.topic for f in alice.frames_since(before) if f.kind == "join"}
    c.expect(len(topics) == 1, expected="one view that joins again", seen=f"{len(topics)} that do")
    same_page()


@check("1.11", "A handler that raises leaves other people alone", files=[COUNTER])
@since(1)
async def others_go_on(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    for person in (alice, bob):
        await c.visit(person, "/counter")
        await c.click(person, "Increment")
        await c.expect_text(clicks(person), counted(1), f"{person.name}'s counter")
    before = bob.mark()
    c.done("Alice's view raised an error")
    await c.lab.crash(alice)
    await alice.live()
    await c.expect_text(clicks(alice), counted(0), "Alice's counter, from the start again")
    await c.click(bob, "Increment")
    await c.expect_text(clicks(bob), counted(2), "Bob's counter")
    again = [frame for frame in bob.frames_since(before) if frame.kind in ("join", "crash")]
    c.expect(not again, expected="nothing of it on Bob's wire", seen=", ".join(map(str, again)))


@check(
    "1.12",
    "The page is tidy: clean console, unique ids, no sideways scrolling",
    files=[LAYOUT, CLIENT, COUNTER],
)
@since(1)
async def tidy(c: CheckContext) -> None:
    alice = await c.person("Alice", viewport=(360, 640))
    for path in ("/counter", "/"):
        await c.visit(alice, path)
        await c.expect_tidy(alice)
        await c.expect_no_overflow(alice)

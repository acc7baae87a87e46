"""Chapter 7: recovering state. Forms, the wizard, parameters of a join, and the place in the log.

See drafts.py for unsent text, search.py for searches, polls.py for votes, and fault_matrix.py for all ways at
once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from course.checks import CheckContext, check, in_messenger, since
from course.lab.person.person import Person

JOINING = "static/joining.js"
KEEPING = "messenger/keeping_live.py"
KEEPING_TEMPLATE = "messenger/templates/keeping_live.html"
WIZARD = "messenger/wizard_live.py"
WIZARD_TEMPLATE = "messenger/templates/wizard_live.html"
ZONES = "messenger/zones.py"
TIMES = "messenger/times.py"
RUNS = "messenger/runs.py"
VIEW = "messenger/conversation_live.py"
TEMPLATE = "messenger/templates/conversation_live.html"
PLACE = "static/hooks/place.js"
SEARCH_TEMPLATE = "messenger/templates/search_live.html"
APP = "messenger/__init__.py"
STYLE = "static/css/recovering.css"
POLL_TEMPLATE = "messenger/templates/poll_component.html"
HIKE = 2
KEEPING_PATH = f"/conversations/{HIKE}/keeping"


@check(
    "7.1",
    "A form with an id comes back by itself, and input outside of a form does not",
    files=[KEEPING, KEEPING_TEMPLATE, APP],
)
@since(7)
async def by_itself(c: CheckContext) -> None:
    alice = await c.signed_in("Alice", KEEPING_PATH)
    known = {name: alice.page.locator(f"#row-{name} output") for name in ("form", "assigns")}
    await c.fill(alice, "Assigns alone", "Monday")
    await c.fill(alice, "Form with an id", "Sunday")
    await c.expect_text(known["form"], "Sunday", "what the server knows of the form")
    await c.expect_text(known["assigns"], "Monday", "what the server knows by its assigns alone")
    same_page, mark = c.stays(alice), alice.mark()
    await c.restart()
    await c.expect_text(known["form"], "Sunday", "what the new view knows of the form")
    events = [frame.payload for frame in alice.frames_since(mark) if frame.kind == "event"]
    told = [event.get("value") for event in events if event.get("event") == "write"]
    c.expect(told == ["form=Sunday"], expected="one event, with the form in it", seen=f"{told}")
    # The form was sent before the page was patched, so nothing flickers, and lost input is lost by now.
    await c.expect_value(alice.textbox("Assigns alone"), "")
    await c.expect_gone(known["assigns"].filter(has_text="Monday"))
    same_page()


@check("7.2", "The wizard comes back at its step, with all its input", files=[WIZARD, WIZARD_TEMPLATE])
@since(7)
async def wizard(c: CheckContext) -> None:
    alice = await c.signed_in("Alice", "/conversations/new")
    await c.click(alice, "Next")
    await c.expect_text(alice.page.get_by_role("alert"), "Choose somebody first.", "the reason")
    for name in ("Bob", "Carol"):
        c.done(f"Alice ticked {name}")
        await alice.page.get_by_role("checkbox", name=name).check()
    await c.click(alice, "Next")
    same_page = c.stays(alice)
    await c.fill(alice, "What is it called?", "Step by step")
    await c.reconnect(alice)
    await c.expect_value(alice.textbox("What is it called?"), "Step by step")
    await c.click(alice, "Next")
    await c.expect_visible(alice.button("Begin"))
    await c.restart()
    await expect_last_look(c, alice)
    await c.crash(alice)
    await expect_last_look(c, alice)
    same_page()
    await c.click(alice, "Begin")
    await c.expect_visible(alice.heading("Step by step"))
    await c.expect_text(alice.page.locator("header p"), "Bob, Carol", "the members")


async def expect_last_look(c: CheckContext, person: Person) -> None:
    """Expect the wizard's last step, with the input of the other steps."""
    await c.expect_visible(person.button("Begin"))
    await c.expect_text(person.page.locator("#wizard"), "Step by step", "the last step")
    await c.expect_text(person.page.locator("#wizard .chips"), "Alice (me)", "the members")
    for name in ("Bob", "Carol"):
        await c.expect_text(person.page.locator("#wizard .chips"), name, "the members")


ZONES_JS = """zone => {
  const real = Intl.DateTimeFormat.prototype.resolvedOptions;
  Intl.DateTimeFormat.prototype.resolvedOptions = function () {
    return { ...real.call(this), timeZone: zone };
  };
}"""

# Noon in London is the next day in Auckland, and early morning in Los Angeles.
AT_NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)

DATED = """
    from datetime import datetime
    from sqlalchemy import update
    from sqlalchemy.ext.asyncio import AsyncSession
    async with AsyncSession(db.engine) as session, session.begin():
        here = update(chat.Message).where(chat.Message.conversation_id == {number})
        await session.execute(here.values(created_at=datetime.fromisoformat({moment!r})))
"""


@check(
    "7.3",
    "Each reader sees the times of their own zone, which the join carries",
    files=[ZONES, TIMES, RUNS, JOINING, VIEW, TEMPLATE],
)
@since(7)
async def zones(c: CheckContext) -> None:
    number = await c.begun("Noon in London", "Alice", "Bob", "Carol", words="It is noon")
    await c.in_app(in_messenger(DATED.format(number=number, moment=AT_NOON.isoformat())), "a dated message")
    for name, zone, clock, day in (
        ("Alice", "Pacific/Auckland", "01:00", "Tuesday, 4 March 2025"),
        ("Bob", "America/Los_Angeles", "04:00", "Monday, 3 March 2025"),
        ("Carol", "Middle/Earth", "", "March 2025"),
    ):
        person = await c.person(name)
        c.done(f"{name}'s browser says that it is in {zone}")
        await person.page.add_init_script(f"({ZONES_JS})({zone!r})")
        await c.enter(person, name, number)
        await c.expect_text(person.log("Messages"), day, f"{name}'s log")
        await c.expect_text(person.page.locator("#messages time"), clock, "the time of the message")
        joins = [frame for frame in person.frames if frame.kind == "join"]
        told = joins[-1].payload.get("params", {}).get("time_zone")
        c.expect(told == zone, expected=f"{zone} in the join", seen=str(told))
        later = [frame for frame in person.frames if frame.kind == "event" and zone in str(frame.payload)]
        c.expect(not later, expected="the zone in the join alone", seen="an event with it")


@check("7.11", "After a refresh the log is at the place where the reader was", files=[PLACE, TEMPLATE])
@since(7)
async def place(c: CheckContext) -> None:
    number = await c.begun("A long one", "Alice", "Bob", "Carol")
    many = f"""
        me = await accounts.find_user_by_nickname("Bob")
        for line in range(30):
            await chat.send_message({number}, me.id, f"Line {{line}} of a long tale")
    """
    await c.in_app(in_messenger(many), "many messages")
    alice = await c.signed_in("Alice", f"/conversations/{number}")
    log = alice.log("Messages")
    c.done("Alice scrolled up")
    before = await log.evaluate("log => (log.scrollTop = -500)")
    for fault, happen in (("refreshed", alice.reload), ("lost the view", partial(c.lab.crash, alice))):
        c.done(f"Alice {fault}")
        await happen()
        await alice.live()
        await c.expect_soon(
            partial(scrolled_to, alice, before),
            expected=f"the log at {before}",
            seen=partial(log.evaluate, "log => `the log at ${log.scrollTop}`"),
        )


async def scrolled_to(person: Person, place: int) -> bool:
    """Return whether the log is scrolled to this place, to some pixels."""
    now: float = await person.log("Messages").evaluate("log => log.scrollTop")
    return abs(now - place) < 8


@check(
    "7.13",
    "The new pages are tidy: 360 px and wide",
    files=[STYLE, WIZARD_TEMPLATE, SEARCH_TEMPLATE, KEEPING_TEMPLATE, POLL_TEMPLATE],
)
@since(7)
async def tidy(c: CheckContext) -> None:
    alice = await c.person("Alice", viewport=(360, 640))
    await c.sign_in(alice, "Alice")
    for path in ("/conversations/new", f"/search?words={'w' * 90}", KEEPING_PATH, "/"):
        await c.visit(alice, path)
        await c.expect_no_overflow(alice)
        await c.expect_tidy(alice)
    await c.visit(alice, "/conversations/new")
    await alice.page.get_by_role("checkbox", name="Bob").check()
    await c.click(alice, "Next")
    await c.fill(alice, "What is it called?", "w" * 90)
    await c.click(alice, "Next")
    await c.expect_visible(alice.button("Begin"))
    await c.expect_no_overflow(alice)
    await c.visit(alice, f"/conversations/{HIKE}")
    await c.click(alice, "Poll")
    await c.expect_visible(alice.textbox("Question"))
    await c.expect_no_overflow(alice)
    await c.expect_tidy(alice)

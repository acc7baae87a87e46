"""Chapter 7: recovering state. Forms, the wizard, what a join tells, drafts, addresses, backups, the stash.

See checks_07_polls.py for the poll, and checks_07_matrix.py for all ways at once."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from playwright.async_api import Dialog

from course.checks import CheckContext, check, conversation, in_messenger, since
from course.lab.person import Person

CLIENT = "static/app.js"
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
DRAFTING = "messenger/drafting.py"
DRAFTS = "messenger/chat/drafts.py"
DRAFT = "static/hooks/draft.js"
BACKUP = "static/hooks/backup.js"
PLACE = "static/hooks/place.js"
SEARCH = "messenger/search_live.py"
SEARCH_TEMPLATE = "messenger/templates/search_live.html"
SEARCHING = "messenger/chat/searching.py"
APP = "messenger/__init__.py"
SIGNING_IN = "messenger/signing_in.py"
STYLE = "static/css/recovering.css"
POLL_TEMPLATE = "messenger/templates/poll_component.html"

HIKE = 2
KEEPING_PATH = f"/conversations/{HIKE}/keeping"


async def signed_in(c: CheckContext, name: str, path: str, browser: str = "") -> Person:
    """One of the seeded people on a page, in a browser of their own."""
    person = await c.person(browser or name)
    await c.sign_in(person, name)
    await c.visit(person, path)
    return person


async def talk(c: CheckContext, title: str) -> int:
    """A new conversation of Alice, Bob and Carol, which no other check writes in."""
    c.done(f"“{title}” was begun, with Alice, Bob and Carol")
    number: int = await c.in_app(conversation("Alice", title, "Bob", "Carol"), "a new conversation")
    return number


def stays(c: CheckContext, person: Person) -> partial[None]:
    """Call the result later, to expect that the page was not loaded again meanwhile."""
    loads = person.loads

    def expect_none() -> None:
        c.expect(person.loads == loads, expected="a page that was not loaded again", seen="a page load")

    return partial(expect_none)


@check(
    "7.1",
    "A form with an id comes back by itself, and what is in no form does not",
    files=[KEEPING, KEEPING_TEMPLATE, APP],
)
@since(7)
async def by_itself(c: CheckContext) -> None:
    alice = await signed_in(c, "Alice", KEEPING_PATH)
    known = {name: alice.page.locator(f"#row-{name} output") for name in ("form", "assigns")}
    await c.fill(alice, "Assigns alone", "Monday")
    await c.fill(alice, "Form with an id", "Sunday")
    await c.expect_text(known["form"], "Sunday", "what the server knows of the form")
    await c.expect_text(known["assigns"], "Monday", "what the server knows by its assigns alone")
    same_page, mark = stays(c, alice), alice.mark()
    c.done("the server was killed and started again")
    await c.lab.restart()
    await c.expect_text(known["form"], "Sunday", "what the new view knows of the form")
    events = [frame.payload for frame in alice.frames_since(mark) if frame.kind == "event"]
    told = [event.get("value") for event in events if event.get("event") == "write"]
    c.expect(told == ["form=Sunday"], expected="one event, with the form in it", seen=f"{told}")
    # It was sent before the page was changed, so nothing flickers, and all that was lost is lost by now.
    await c.expect_value(alice.textbox("Assigns alone"), "")
    await c.expect_gone(known["assigns"].filter(has_text="Monday"))
    same_page()


@check("7.2", "The wizard comes back at its step, with all that was said", files=[WIZARD, WIZARD_TEMPLATE])
@since(7)
async def wizard(c: CheckContext) -> None:
    alice = await signed_in(c, "Alice", "/conversations/new")
    await c.click(alice, "Next")
    await c.expect_text(alice.page.get_by_role("alert"), "Choose somebody first.", "the reason")
    for name in ("Bob", "Carol"):
        c.done(f"Alice ticked {name}")
        await alice.page.get_by_role("checkbox", name=name).check()
    await c.click(alice, "Next")
    same_page = stays(c, alice)
    await c.fill(alice, "What is it called?", "Step by step")
    c.done("the line was cut, and mended")
    await c.lab.cut(alice)
    await c.lab.mend(alice)
    await c.expect_value(alice.textbox("What is it called?"), "Step by step")
    await c.click(alice, "Next")
    await c.expect_visible(alice.button("Begin"))
    c.done("the server was killed and started again")
    await c.lab.restart()
    await expect_last_look(c, alice)
    c.done("the view raised an error")
    await c.lab.crash(alice)
    await alice.live()
    await expect_last_look(c, alice)
    same_page()
    await c.click(alice, "Begin")
    await c.expect_visible(alice.heading("Step by step"))
    await c.expect_text(alice.page.locator("header p"), "Bob, Carol", "the members")


async def expect_last_look(c: CheckContext, person: Person) -> None:
    """The wizard's last step, with what was said in the others."""
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
    async with db.transaction() as session:
        here = update(chat.Message).where(chat.Message.conversation_id == {number})
        await session.execute(here.values(created_at=datetime.fromisoformat({moment!r})))
"""


@check(
    "7.3",
    "Each reader sees the times of their own zone, which the join has told",
    files=[ZONES, TIMES, RUNS, JOINING, VIEW, TEMPLATE],
)
@since(7)
async def zones(c: CheckContext) -> None:
    number = await talk(c, "Noon in London")
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


@check(
    "7.7",
    "A draft waits on the other device, through a killed server, until it is sent",
    files=[DRAFTS, DRAFTING, DRAFT, VIEW, TEMPLATE],
)
@since(7)
async def drafts(c: CheckContext) -> None:
    number = await talk(c, "From train to sofa")
    path = f"/conversations/{number}"
    alice, bob = await signed_in(c, "Alice", path), await signed_in(c, "Bob", path)
    mark = alice.mark()
    await c.fill(alice, "Message", "I take the train at")
    await c.expect_frame(alice, mark, lambda f: '"draft"' in str(f.payload).replace("'", '"'), "a draft told")

    async def stored() -> bool:
        kept = in_messenger(f"""
            me = await accounts.find_user_by_nickname("Alice")
            return await chat.draft_of({number}, me.id)
        """)
        return bool(await c.in_app(kept, "a draft in the database") == "I take the train at")

    await c.expect_soon(stored, expected="the draft in the database", seen="none")
    c.done("the server was killed and started again")
    await c.lab.restart()
    phone = await signed_in(c, "Alice", path, "Alice's telephone")
    await c.expect_value(phone.textbox("Message"), "I take the train at")
    await bob.reload()
    await c.expect_value(bob.textbox("Message"), "")
    await c.fill(phone, "Message", "I take the train at nine.")
    await c.click(phone, "Send")
    await c.expect_text(bob.log("Messages"), "I take the train at nine.", "Bob's log")
    c.done("both of Alice's pages were opened anew")
    for person in (phone, alice):
        await c.expect_soon(partial(empty_when_opened, person, path), expected="no draft", seen="a draft")


async def empty_when_opened(person: Person, path: str) -> bool:
    """Open the conversation anew; whether the composer is empty."""
    await person.page.evaluate("sessionStorage.clear()")
    await person.goto(path)
    return await person.textbox("Message").input_value() == ""


@check("7.8", "A refresh in the middle of a word loses no letter", files=[DRAFTING, DRAFT, JOINING])
@since(7)
async def last_letters(c: CheckContext) -> None:
    number = await talk(c, "Quick fingers")
    alice = await signed_in(c, "Alice", f"/conversations/{number}")
    await c.fill(alice, "Message", "Typed and refr")
    c.done("Alice refreshed at once")
    mark = alice.mark()
    await alice.reload()
    await c.expect_value(alice.textbox("Message"), "Typed and refr")
    frames = [frame for frame in alice.frames_since(mark) if frame.kind == "join"]
    told = frames[-1].payload.get("params", {}).get("draft")
    c.expect(told == "Typed and refr", expected="the draft in the join", seen=str(told))
    phone = await signed_in(c, "Alice", f"/conversations/{number}", "Alice's telephone")
    await c.expect_value(phone.textbox("Message"), "Typed and refr")


@check(
    "7.9",
    "What is searched stands in the address: for refresh, back, and a friend",
    files=[SEARCH, SEARCH_TEMPLATE, SEARCHING],
)
@since(7)
async def address(c: CheckContext) -> None:
    number = await talk(c, "Needles and hay")
    for name in ("Alice", "Bob"):
        said = f"""
            me = await accounts.find_user_by_nickname({name!r})
            await chat.send_message({number}, me.id, "A needle of {name}'s in the hay")
        """
        await c.in_app(in_messenger(said), "a message")
    alice, bob = await signed_in(c, "Alice", "/search"), await signed_in(c, "Bob", "/")
    found = alice.page.get_by_role("list", name="Found").get_by_role("listitem")
    same_page = stays(c, alice)
    await c.fill(alice, "Words", "hay needle")
    await c.expect_count(found, 2, "message found")
    await c.click(alice, "By others")
    await c.expect_count(found, 1, "message found")
    await c.expect_text(found, "Bob's", "what was found")
    same_page()
    c.done("the line was cut, and mended")
    await c.lab.cut(alice)
    await c.lab.mend(alice)
    await c.expect_value(alice.textbox("Words"), "hay needle")
    await c.expect_text(found, "Bob's", "what was found")
    await alice.reload()
    await c.expect_value(alice.textbox("Words"), "hay needle")
    await c.expect_text(found, "Bob's", "what was found after a refresh")
    shared = alice.page.url.removeprefix(alice.url)
    await c.visit(bob, shared)
    there = bob.page.get_by_role("list", name="Found").get_by_role("listitem")
    await c.expect_text(there, "Alice's", "what Bob finds at the same address")
    c.done("Alice went back")
    await alice.page.go_back()
    await c.expect_count(found, 2, "message found")


@check(
    "7.10",
    "Unsaved work is kept when the line goes, offered when it is back, and nobody leaves it unwarned",
    files=[BACKUP, POLL_TEMPLATE],
)
@since(7)
async def backup(c: CheckContext) -> None:
    number = await talk(c, "Unsaved")
    alice = await signed_in(c, "Alice", f"/conversations/{number}")
    await c.click(alice, "Poll")
    await c.fill(alice, "Question", "Who brings the rope?")
    await c.fill(alice, "Choices, one in each line", "Alice\nBob")
    await alice.button("Ask").focus()
    c.done("the line was cut, and mended")
    await c.lab.cut(alice)
    await c.lab.mend(alice)
    await c.expect_visible(alice.text("that was not asked."))
    await c.expect_value(alice.textbox("Question"), "")
    await c.click(alice, "Bring it back")
    await c.expect_value(alice.textbox("Question"), "Who brings the rope?")
    await c.expect_gone(alice.text("that was not asked."))
    warnings: list[str] = []

    async def stay_or_go(dialog: Dialog) -> None:
        warnings.append(dialog.type)
        await dialog.accept()

    alice.page.on("dialog", stay_or_go)
    c.done("Alice refreshed")
    await alice.reload()
    c.expect(warnings == ["beforeunload"], expected="a warning before leaving", seen=f"{warnings or 'none'}")
    await c.click(alice, "Poll")
    await c.click(alice, "Bring it back")
    await c.expect_value(alice.textbox("Choices, one in each line"), "Alice\nBob")
    await c.click(alice, "Ask")
    await c.expect_visible(alice.page.get_by_role("group", name="Who brings the rope?"))
    c.done("Alice refreshed")
    await alice.reload()
    await c.click(alice, "Poll")
    await c.expect_visible(alice.page.get_by_role("group", name="Who brings the rope?"))
    await c.expect_gone(alice.text("that was not asked."))
    c.expect(len(warnings) == 1, expected="no warning when all is saved", seen="a warning")


@check("7.11", "Who was reading far above is there again after a refresh", files=[PLACE, TEMPLATE])
@since(7)
async def place(c: CheckContext) -> None:
    number = await talk(c, "A long one")
    many = f"""
        me = await accounts.find_user_by_nickname("Bob")
        for line in range(30):
            await chat.send_message({number}, me.id, f"Line {{line}} of a long tale")
    """
    await c.in_app(in_messenger(many), "many messages")
    alice = await signed_in(c, "Alice", f"/conversations/{number}")
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
    """Whether the log shows this place, to some pixels."""
    now: float = await person.log("Messages").evaluate("log => log.scrollTop")
    return abs(now - place) < 8


@check(
    "7.12",
    "What was searched lately is on every device of a user, and on nobody else's",
    files=[SEARCH, SEARCH_TEMPLATE, APP, SIGNING_IN],
)
@since(7)
async def stash(c: CheckContext) -> None:
    alice = await signed_in(c, "Alice", "/search")
    for words in ("map", "rope"):
        await c.fill(alice, "Words", words)
        await c.click(alice, "Search")
        await c.expect_visible(alice.link(words))
    c.done("the server was killed and started again")
    await c.lab.restart()
    phone = await signed_in(c, "Alice", "/search", "Alice's telephone")
    recent = phone.page.locator("#recent li")
    await c.expect_text(recent.first, "rope", "the newest search")
    await c.expect_text(recent.nth(1), "map", "the one before")
    html = await c.html_of(phone, "/search")
    c.expect(">rope</a>" in html, expected="the searches in the first HTML, before any script", seen="none")
    bob = await signed_in(c, "Bob", "/search")
    await c.expect_count(bob.link("rope"), 0, "a search of Alice's on Bob's page")


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
    await c.visit(alice, f"/conversations/{HIKE}")
    await c.click(alice, "Poll")
    await c.expect_visible(alice.textbox("Question"))
    await c.expect_no_overflow(alice)
    await c.expect_tidy(alice)

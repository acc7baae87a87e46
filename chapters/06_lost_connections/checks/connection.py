"""Chapter 6: lost connections. The bar, the dialog, and disabled buttons while the line is cut.

See faults.py for input that is not lost, and once.py for messages that arrive once."""

from __future__ import annotations

from playwright.async_api import Locator

from course.checks import CheckContext, check, since
from course.lab.person.person import Person

CONNECTION = "static/connection.js"
CONNECTION_CSS = "static/css/connection.css"
CLIENT = "static/app.js"
LAYOUT = "messenger/templates/layout.html"
DASHBOARD = "messenger/templates/dashboard_live.html"
TEMPLATE = "messenger/templates/conversation_live.html"
CONVERSATION_CSS = "static/css/conversation.css"

HIKE = 2
WHAT_BECOMES_OF_IT = "What you send now goes out when the connection is back."


async def own_clock(c: CheckContext, person: Person) -> None:
    """Install a clock that the check can put forward, before the page is opened."""
    await person.page.clock.install()


async def let_pass(c: CheckContext, person: Person, seconds: float) -> None:
    """Put the clock forward; every timer that is due meanwhile goes off."""
    c.done(f"{seconds:g} s passed")
    await person.page.clock.run_for(round(seconds * 1000))


def bar(person: Person) -> Locator:
    """Return the bar that says “Reconnecting…”."""
    return person.page.get_by_role("status").filter(has_text="Reconnecting…")


def dialog(person: Person) -> Locator:
    """Return the dialog that is shown when the line stays cut."""
    return person.page.get_by_role("dialog", name="Connection lost")


async def in_the_hike(c: CheckContext, name: str) -> Person:
    """Open a conversation for a person, on a page with a clock that can be stopped."""
    person = await c.person(name)
    await own_clock(c, person)
    await c.enter(person, name, HIKE)
    return person


async def line_is_fixed(c: CheckContext, person: Person) -> None:
    """Let the client's clock go on, fix the line, and wait until the page is live."""
    c.done(f"{person.name}'s line was fixed")
    await person.page.clock.resume()
    await c.lab.fix(person)


@check(
    "6.1",
    "After two seconds a bar, after fifteen a dialog; both go away by themselves",
    files=[CONNECTION, LAYOUT, CLIENT, TEMPLATE, CONNECTION_CSS],
)
@since(6)
async def bar_and_dialog(c: CheckContext) -> None:
    alice = await in_the_hike(c, "Alice")
    await c.stop_clock(alice)
    same_page = c.stays(alice)
    c.done("Alice's line was cut")
    await c.lab.cut(alice)
    await let_pass(c, alice, 1.8)
    await c.expect_count(bar(alice), 0, "a bar that comes too early")
    await let_pass(c, alice, 0.4)
    await c.expect_visible(bar(alice), "a bar that says “Reconnecting…”")
    await c.expect_text(alice.page.locator("main"), WHAT_BECOMES_OF_IT, "the page, beside the composer")
    await c.fill(alice, "Message", "Half a mess")
    await let_pass(c, alice, 12.6)
    await c.expect_gone(dialog(alice))
    await let_pass(c, alice, 0.4)
    await c.expect_visible(dialog(alice), "a dialog “Connection lost”")
    await c.expect_visible(dialog(alice).get_by_role("button", name="Refresh page"))
    focused = await alice.textbox("Message").evaluate("field => field === document.activeElement")
    c.expect(focused, expected="the focus where Alice writes", seen="a dialog that has taken it")
    await line_is_fixed(c, alice)
    await c.expect_gone(dialog(alice))
    await c.expect_count(bar(alice), 0, "the bar")
    await c.expect_gone(alice.page.get_by_text(WHAT_BECOMES_OF_IT))
    await c.expect_value(alice.textbox("Message"), "Half a mess")
    same_page()


@check(
    "6.2",
    "Buttons that need the server say (offline) meanwhile, and cannot be used",
    files=[CONNECTION, CLIENT, DASHBOARD, CONNECTION_CSS],
)
@since(6)
async def offline(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await own_clock(c, alice)
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/")
    await c.click(alice, "Bob")
    await c.expect_visible(alice.button("Remove Bob"))
    await c.stop_clock(alice)
    c.done("Alice's line was cut, and she clicked Carol at once")
    await c.lab.cut(alice)
    await alice.button("Carol").focus()
    await alice.page.keyboard.press("Enter")
    await c.expect_visible(bar(alice), "an answer at once: the bar")
    for name in ("Carol (offline)", "Remove Bob (offline)", "Create (offline)"):
        button = alice.button(name)
        await c.expect_visible(button)
        c.expect(await button.is_disabled(), expected=f"{name} disabled", seen="a button that can be pressed")
    focused = await alice.button("Carol (offline)").evaluate("el => el === document.activeElement")
    c.expect(focused, expected="the keyboard's focus where it was", seen="a focus that is lost")
    before = alice.mark()
    for name in ("Remove Bob (offline)", "Create (offline)"):
        await alice.button(name).click(force=True)
    await c.fill(alice, "Title (optional)", "Written without a line")
    await line_is_fixed(c, alice)
    for name in ("Carol", "Remove Bob", "Create"):
        await c.expect_visible(alice.button(name))
        c.expect(
            await alice.button(name).is_enabled(),
            expected=f"{name}, enabled",
            seen="a button that cannot be used",
        )
    await c.expect_count(alice.page.get_by_role("button", name="(offline)"), 0, "a button marked offline")
    asked = [frame.payload.get("event") for frame in alice.frames_since(before) if frame.kind == "event"]
    lost = {"add", "remove", "create"} & set(asked)
    c.expect(not lost, expected="nothing of these clicks on the wire", seen=", ".join(sorted(lost)))
    await c.click(alice, "Carol")
    await c.expect_visible(alice.button("Remove Carol"))


@check("6.3", "Refresh page asks the server first", files=[CONNECTION, LAYOUT, CLIENT])
@since(6)
async def refreshing(c: CheckContext) -> None:
    alice = await in_the_hike(c, "Alice")
    await c.stop_clock(alice)
    loads = alice.loads
    c.done("Alice's line was cut")
    await c.lab.cut(alice)
    await let_pass(c, alice, 16)
    await c.fill(alice, "Message", "Do not lose me")
    await c.click(alice, "Refresh page")
    await c.expect_text(dialog(alice), "The server does not answer yet.", "the dialog")
    await c.expect_value(alice.textbox("Message"), "Do not lose me")
    c.expect(alice.loads == loads, expected="a page that stays", seen="a page load")
    await c.fix_unnoticed(alice)
    await c.click(alice, "Refresh page")
    await c.expect_soon(
        lambda: alice.loads > loads, expected="a page that is loaded again", seen="the old one"
    )
    await alice.page.clock.resume()
    await alice.live()


@check(
    "6.4", "When a view crashes, the page shows the bar until the view is back", files=[CONNECTION, CLIENT]
)
@since(6)
async def crashed_view(c: CheckContext) -> None:
    alice, bob = await in_the_hike(c, "Alice"), await c.person("Bob")
    await c.enter(bob, "Bob", HIKE)
    await c.click(alice, "Members and settings")
    await c.stop_clock(alice)
    c.done("Alice's view raised an error")
    await c.lab.crash(alice)
    await let_pass(c, alice, 0.5)
    c.expect(alice.open_sockets == 1, expected="a socket that stays open", seen="a closed one")
    c.expect(
        any("phx-server-error" in view.classes for view in await alice.views()),
        expected="a view that waits to be joined again",
        seen="a view that has joined already",
    )
    c.done("she pressed Rename")
    await alice.textbox("Title").press("Enter")
    await c.expect_text(alice.page.locator("#reconnecting"), "Reconnecting…", "the bar")
    await c.expect_visible(alice.button("Rename (offline)"))
    await c.expect_count(
        bob.page.get_by_role("button", name="(offline)"), 0, "a button that cannot be used on Bob's page"
    )
    c.done("her clock went on")
    await alice.page.clock.resume()
    await alice.live()
    await c.expect_visible(alice.button("Rename"))
    await c.expect_text(alice.page.locator("#reconnecting"), "", "the bar, empty")


@check(
    "6.5",
    "The pages are tidy meanwhile: 360 px and wide, nothing moves out of view",
    files=[LAYOUT, CONNECTION_CSS, CONVERSATION_CSS, TEMPLATE],
)
@since(6)
async def tidy(c: CheckContext) -> None:
    number = await c.begun("A tidy one", "Alice", "Bob", words="Hello")
    alice = await c.person("Alice", viewport=(360, 640))
    await own_clock(c, alice)
    await c.enter(alice, "Alice", number)
    await c.stop_clock(alice)
    c.done("Alice's line was cut, and she sent a long message")
    await c.lab.cut(alice)
    await c.fill(alice, "Message", "w" * 80)
    await alice.button("Send").click()
    await let_pass(c, alice, 16)
    await c.expect_visible(dialog(alice))
    await c.expect_tidy(alice)
    await c.expect_no_overflow(alice)
    composer, over = await alice.textbox("Message").bounding_box(), await dialog(alice).bounding_box()
    clear = composer and over and over["y"] + over["height"] < composer["y"]
    c.expect(clear, expected="a dialog that leaves the composer free", seen="one that lies over it")

"""Chapter 6: input typed before a view has joined, and input kept while a page is loaded again."""

from __future__ import annotations

from playwright.async_api import Page

from course.checks import CheckContext, check, since
from course.lab.messenger.sign_in import PASSWORD
from course.lab.person.person import Person

CLIENT = "static/app.js"
EARLY = "static/early.js"
LEAVING = "static/leaving.js"
CONNECTION = "static/connection.js"
RESTORE = "static/hooks/restore.js"
LAYOUT = "messenger/templates/layout.html"

HIKE = 2
# Seconds for each direction. The page comes at once; its scripts and the join need several round trips.
SLOW = 0.2
SLOWER = 1.0
NEW_PASSWORD = "another one than before"

UNJOINED_JS = """() => document.querySelector("[data-phx-session]") !== null
  && document.querySelector(".phx-connected") === null"""
# In one script, so that nothing can happen between the input and the reload.
LEFT_JS = """(field) => {
  field.value = "Left at once";
  location.reload();
}"""
TITLE = "Title (optional)"


async def open_slowly(c: CheckContext, person: Person, path: str) -> None:
    """Open a page over a slow line. Return when its HTML is there, before its view has joined."""
    c.done(f"{person.name} opened {path} over a slow line")
    person.network.delay(SLOW)
    await person.page.goto(person.url + path, wait_until="commit")
    await person.page.locator("main [data-phx-session]").first.wait_for(state="attached")


async def expect_unjoined(c: CheckContext, person: Person) -> None:
    """Expect a page whose view has not joined yet: the fault of these checks is the slow join."""
    early = await person.page.evaluate(UNJOINED_JS)
    c.expect(early, expected="a page whose view has not joined yet", seen="one that has")


@check(
    "6.22",
    "A text typed before the view has joined stays, and the server gets it",
    files=[EARLY, CLIENT],
)
@since(6)
async def typed_early(c: CheckContext) -> None:
    alice = await c.signed_in("Alice")
    await open_slowly(c, alice, "/")
    mark = alice.mark()
    c.done("Alice wrote a title, and part of a nickname")
    await alice.textbox(TITLE).fill("Before the join")
    await alice.page.get_by_label("Find people").fill("Caro")
    # A click elsewhere would wait until the page is drawn, which may be after the join.
    await alice.page.get_by_label("Find people").blur()
    await expect_unjoined(c, alice)
    await alice.live()
    alice.network.delay(0)
    await c.expect_value(alice.textbox(TITLE), "Before the join")
    await c.expect_value(alice.page.get_by_label("Find people"), "Caro")
    await c.expect_gone(alice.button("Bob"))
    await c.choose(alice, "Carol")
    await c.click(alice, "Create")
    await c.expect_visible(alice.text("“Before the join” has begun."))
    told = [frame for frame in alice.frames_since(mark) if "validate" in frame.meaning]
    c.expect(told, expected="the title on the wire, before Create", seen="nothing of it")


@check(
    "6.23",
    "A new password signs other pages out: the input of their forms is there after signing in again",
    files=[LEAVING, RESTORE, LAYOUT, CLIENT],
)
@since(6)
async def signed_out_meanwhile(c: CheckContext) -> None:
    petra, phone, tablet = await c.people("Petra", "Petra's phone", "Petra's tablet")
    await c.register(petra)
    number = await c.begun("Rope and cake", "Petra", "Bob")
    for device in (phone, tablet):
        await c.sign_in(device, "petra@example.com")
        await c.visit(device, "/")
        await c.choose(device, "Bob", "Carol")
        await c.fill(device, TITLE, "Sunday in the hills")
    # Two more tabs in the browser in which the password is changed: they connect again by themselves.
    writing, planning = [await tab_of(petra, path) for path in (f"/conversations/{number}", "/")]
    await writing.get_by_role("textbox", name="Message").fill("Half a mess")
    await planning.get_by_role("button", name="Carol").click()
    await planning.get_by_role("button", name="Remove Carol").wait_for()
    loads = await loaded_at(writing), await loaded_at(planning)
    await c.visit(petra, "/profile")
    with c.steady(petra):
        await c.fill_in(
            petra,
            "Save changes",
            New_password=NEW_PASSWORD,
            Confirm_new_password=NEW_PASSWORD,
            Current_password=PASSWORD,
        )
        await c.expect_text(petra.page.get_by_role("status"), "Your changes are saved.")
        for device in (phone, tablet):
            await c.expect_at(device.page, "/sign-in", device.name)

    async def loaded_again() -> bool:
        now = await loaded_at(writing), await loaded_at(planning)
        return all(new > old for new, old in zip(now, loads, strict=True))

    patience = c.patience
    c.patience += 20  # the client waits five to ten seconds before it loads a page again
    await c.expect_soon(loaded_again, expected="tabs that have been loaded again", seen="the old ones")
    c.patience = patience
    await c.expect_value(writing.get_by_role("textbox", name="Message"), "Half a mess")
    await c.expect_visible(planning.get_by_role("button", name="Remove Carol"), "Carol, still chosen")
    c.done("Petra signed in at her phone again, and Bob at her tablet")
    await sign_in_as(phone, "petra@example.com", NEW_PASSWORD)
    await c.expect_visible(phone.button("Remove Carol"), "Carol, still chosen")
    await c.expect_value(phone.textbox(TITLE), "Sunday in the hills")
    await sign_in_as(tablet, "bob@example.com", PASSWORD)
    await c.expect_visible(tablet.heading("New conversation"))
    await c.expect_gone(tablet.button("Remove Carol"))
    await c.expect_value(tablet.textbox(TITLE), "")


@check(
    "6.24",
    "Refresh page keeps the input, with the chosen members, and even before the join",
    files=[LEAVING, CONNECTION, RESTORE, LAYOUT],
)
@since(6)
async def refreshed(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await alice.page.clock.install()
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/")
    await c.choose(alice, "Bob", "Carol")
    await c.fill(alice, TITLE, "Sunday in the")
    await alice.page.get_by_label("Find people").fill("o")
    await c.stop_clock(alice)
    c.done("Alice's line was cut, and the page's clock put forward")
    await c.lab.cut(alice)
    await alice.page.clock.run_for(16_000)
    await c.fill(alice, TITLE, "Sunday in the hills")
    loads = alice.loads
    await c.fix_unnoticed(alice)
    await c.click(alice, "Refresh page")
    await c.expect_soon(
        lambda: alice.loads > loads, expected="a page that is loaded again", seen="the old one"
    )
    await alice.page.clock.resume()
    await alice.live()
    await c.expect_visible(alice.button("Remove Carol"), "Carol, still chosen")
    await c.expect_value(alice.textbox(TITLE), "Sunday in the hills")
    await c.expect_value(alice.page.get_by_label("Find people"), "o")
    # The kept input is restored once, so after another refresh it is gone.
    await alice.reload()
    await c.expect_gone(alice.button("Remove Carol"))
    await open_slowly(c, alice, "/")
    # Wait for the script that keeps the input. Not with `wait_for_function`: it evaluates text in the page,
    # and the page's content security policy forbids that.
    await c.expect_soon(lambda: has_script(alice), expected="a page with its script", seen="none")
    # A socket and a join take two round trips, the next page takes one: it is there long before the join.
    alice.network.delay(SLOWER)
    c.done("Alice wrote a title and refreshed at once")
    await expect_unjoined(c, alice)
    async with alice.page.expect_navigation(wait_until="commit"):
        await alice.textbox(TITLE).evaluate(LEFT_JS)
    await alice.network.fix()
    await alice.live()
    await c.expect_value(alice.textbox(TITLE), "Left at once")


async def has_script(person: Person) -> bool:
    """Return whether the page's script has run."""
    return bool(await person.page.evaluate("window.liveSocket !== undefined"))


async def tab_of(person: Person, path: str) -> Page:
    """Open a further tab in a person's browser, and wait until its view has joined."""
    tab = await person.context.new_page()
    await tab.goto(person.url + path)
    await tab.locator(".phx-connected").first.wait_for()
    return tab


async def loaded_at(tab: Page) -> float:
    """Return the time at which a tab's page was loaded; a later page has a greater one."""
    return float(await tab.evaluate("performance.timeOrigin"))


async def sign_in_as(person: Person, email: str, password: str) -> None:
    """Fill in the sign-in page that is already open."""
    await person.textbox("Email").fill(email)
    await person.textbox("Password").fill(password)
    await person.follow(person.button("Sign in"))

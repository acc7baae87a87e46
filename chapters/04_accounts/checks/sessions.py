"""Chapter 4: accounts. Sessions, and the events that end them."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import Cookie

from course.checks import CheckContext, check, since
from course.lab.messenger.sign_in import PASSWORD, HiddenFields
from course.lab.person.person import Person

APP = "messenger/__init__.py"
SESSIONS = "messenger/accounts/sessions.py"
CONFIG = "messenger/config.py"
SIGNING_IN = "messenger/signing_in.py"
PAGES = "messenger/account_pages.py"
CREDENTIALS = "messenger/accounts/credentials.py"
DESK = (1000, 700)

SECURE = """
import asyncio, json, os
os.environ["PARLEY_SECURE_COOKIES"] = "1"
from messenger import create_app

async def main():
    client = create_app().test_client()
    page = await client.get("/sign-in", scheme="https")
    form = (await page.get_data(as_text=True)).split('name="_csrf_token"')[1]
    token = form.split('value="')[1].split('"')[0]
    form = {"_csrf_token": token, "email": "bob@example.com", "password": "parley-demo"}
    answer = await client.post("/sign-in", form=form, scheme="https")
    return [answer.status_code, answer.headers.getlist("Set-Cookie")]

print(json.dumps(asyncio.run(main())))
"""

FLAGS = ("Secure", "HttpOnly", "SameSite=Lax")


@check(
    "4.7",
    "Cookies are out of reach for scripts and other sites; each sign-in begins a new session",
    files=[CONFIG, SIGNING_IN, SESSIONS],
)
@since(4)
async def cookies(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.sign_in(alice, "Alice")
    held = await alice.context.cookies()
    for cookie in held:
        right = cookie["httpOnly"] and cookie["sameSite"] == "Lax" and not cookie["secure"]
        c.expect(
            right,
            expected=f"{cookie['name']} HttpOnly, SameSite=Lax, and fit for plain http",
            seen=str(cookie),
        )
    c.done("set PARLEY_SECURE_COOKIES and signed in by https")
    status, set_cookies = await c.in_app(SECURE, "an app that signs people in")
    weak = [cookie for cookie in set_cookies if not all(f"; {flag}" in cookie for flag in FLAGS)]
    c.expect(
        status == 302 and set_cookies and not weak,
        expected=f"all cookies with {', '.join(FLAGS)}",
        seen=f"{status}, not: {[cookie.split('=')[0] for cookie in weak]}",
    )
    mallory = await c.person("Mallory")
    await copy(held, mallory)
    c.done("Mallory copied Alice's cookies")
    own = await c.html_of(mallory, "/profile")
    c.expect(
        "alice@example.com" in own,
        expected="Alice's profile for the copied cookies",
        seen="another page",
    )
    await c.visit(alice, "/")
    await c.click(alice, "Sign out")
    await c.expect_at(alice.page, "/sign-in", "Alice")
    own = await c.html_of(mallory, "/profile")
    c.expect(
        "alice@example.com" not in own,
        expected="nothing of Alice's for the copied cookies",
        seen="her profile",
    )
    c.done("Alice signed in again, and sent the token of the sign-in page with another form")
    planted = HiddenFields.of(await (await alice.get("/sign-in")).text(), "/sign-in")
    await c.post_bare(alice, "/sign-in", **planted, email="alice@example.com", password=PASSWORD)
    await c.post_bare(alice, "/sign-out", **planted)
    own = await c.html_of(alice, "/profile")
    c.expect(
        "alice@example.com" in own,
        expected="a session that refuses the token of before the sign-in",
        seen="one that accepts it",
    )
    again = {cookie["value"] for cookie in await alice.context.cookies()}
    same = again & {cookie["value"] for cookie in held}
    c.expect(not same, expected="no cookie of the earlier session", seen=f"{len(same)} that are the same")


async def copy(cookies: Sequence[Cookie], thief: Person) -> None:
    """Put cookies into another person's browser; the links of all people have the same host."""
    await thief.context.add_cookies(list(cookies))  # type: ignore[arg-type]


@check("4.11", "Sign out closes every live page of this user at once", files=[SIGNING_IN, SESSIONS, PAGES])
@since(4)
async def signing_out(c: CheckContext) -> None:
    alice = await c.person("Alice", viewport=DESK)
    phone, bob = await c.people("Alice's phone", "Bob")
    for person, name in ((alice, "Alice"), (phone, "Alice"), (bob, "Bob")):
        await c.sign_in(person, name)
        await c.visit(person, "/conversations/2")
    tab = await alice.context.new_page()
    await tab.goto(f"{alice.url}/conversations/2")
    await tab.locator("[data-phx-main].phx-connected").wait_for()
    loads = bob.loads
    await c.click(alice, "Sign out")
    await c.expect_at(alice.page, "/sign-in", "Alice")
    await c.expect_text(alice.page.get_by_role("status"), "You are signed out")
    await c.expect_at(tab, "/sign-in", "her other tab")
    await c.expect_at(phone.page, "/sign-in", "her phone")
    await c.say(bob, "Is she gone?")
    c.expect(bob.loads == loads, expected="Bob's page as it was", seen="a page load")


@check("4.12", "A new password ends all other sessions", files=[PAGES, CREDENTIALS, SIGNING_IN, SESSIONS])
@since(4)
async def new_password(c: CheckContext) -> None:
    nora, phone = await c.people("Nora", "Nora's phone")
    await c.register(nora)
    number = await c.begun("Notes", "Nora")
    await c.sign_in(phone, "nora@example.com")
    await c.visit(phone, f"/conversations/{number}")
    tab = await nora.context.new_page()
    await tab.goto(f"{nora.url}/conversations/{number}")
    await tab.locator("[data-phx-main].phx-connected").wait_for()
    stolen = await nora.context.cookies()
    await c.visit(nora, "/profile")
    secret = "a better one than before"
    await c.fill_in(
        nora, "Save changes", New_password=secret, Confirm_new_password=secret, Current_password=PASSWORD
    )
    await c.expect_text(nora.page.get_by_role("status"), "Your changes are saved.")
    await c.expect_at(phone.page, "/sign-in", "her phone")
    await c.expect_text(tab.get_by_role("heading", level=1), "Notes", "her other tab")
    mallory = await c.person("Mallory")
    await copy(stolen, mallory)
    await c.visit(mallory, "/profile")
    await c.expect_at(mallory.page, "/sign-in", "the browser with the copied cookies")
    for password, wanted in ((PASSWORD, 422), (secret, 302)):
        answer = await c.post_form(phone, "/sign-in", email="nora@example.com", password=password)
        c.expect(
            answer.status == wanted,
            expected=f"{wanted} for the {'new' if wanted == 302 else 'old'} password",
            seen=str(answer.status),
        )


@check(
    "4.17",
    "A restarted server knows all sessions, and the pages return by themselves",
    files=[SESSIONS, SIGNING_IN, CONFIG],
)
@since(4)
async def restarted(c: CheckContext) -> None:
    alice = await c.person("Alice", viewport=DESK)
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/conversations/2")
    same_page = c.stays(alice)
    await c.restart()
    await c.say(alice, "I never left.")
    same_page()
    await c.visit(alice, "/profile")
    await c.expect_text(c.top_bar(alice), "Alice", "the top bar")


@check("4.18", "A changed signing key leads to the sign-in page, once", files=[SIGNING_IN, APP])
@since(4)
async def new_key(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    await c.sign_in(alice, "Alice")
    await c.visit(alice, "/conversations/2")
    await c.sign_in(bob, "Bob")
    await c.visit(bob, "/sign-in")
    await c.expect_text(c.top_bar(bob), "Bob", "the top bar")
    loads, sockets = alice.loads, alice.closed_sockets
    c.done("the server was started with another signing key")
    await c.lab.restart(new_key=True)
    c.expect(
        alice.closed_sockets > sockets, expected="a page that lost its socket", seen="a page that did not"
    )
    await c.visit(bob, "/profile")
    await c.expect_at(bob.page, "/sign-in", "Bob")
    await c.expect_at(alice.page, "/sign-in", "Alice")
    await c.expect_visible(alice.heading("Sign in"))
    await c.fill_in(alice, "Sign in", Email="alice@example.com", Password=PASSWORD)
    await c.expect_visible(alice.heading("Saturday hike"))
    await alice.live()
    # The sign-in page, and the conversation again. A loop of redirects would have loaded more.
    c.expect(alice.loads == loads + 2, expected="two page loads", seen=f"{alice.loads - loads}")
    await c.expect_tidy(alice)

"""Chapter 4: the exercises."""

from __future__ import annotations

import time

from course.checks import CheckContext, check, since
from course.lab.messenger.sign_in import PASSWORD
from course.lab.person.person import Person

SESSIONS = "messenger/accounts/sessions.py"
PAGES = "messenger/account_pages.py"
PROFILE = "messenger/templates/profile.html"
SIGNING_IN = "messenger/signing_in.py"
FORMS = "messenger/forms.py"
SIGN_IN = "messenger/templates/sign_in.html"

A_MONTH = 30 * 24 * 3600


@check(
    "4.a",
    "The profile lists where one is signed in, and signs out in one of them",
    files=[SESSIONS, PAGES, PROFILE],
    fresh=True,
)
@since(4)
async def one_of_them(c: CheckContext) -> None:
    alice, phone, bob = await c.people("Alice", "Alice's phone", "Bob")
    await c.sign_in(phone, "Alice")
    await c.visit(phone, "/conversations/2")
    await c.sign_in(alice, "Alice")
    await c.sign_in(bob, "Bob")
    await c.visit(alice, "/profile")
    await c.expect_visible(alice.heading("Where you are signed in"))
    places = alice.page.get_by_role("main").get_by_role("listitem")
    await c.expect_count(places, 2, "a place where Alice is signed in")
    await c.expect_text(places.first, "This browser, since Today", "the newest of them")
    await c.expect_text(places.last, "Another browser, since Today", "the other one")
    await c.expect_count(alice.button("Sign out there"), 1)
    c.done("Bob sent the same form for Alice's phone")
    target = await places.last.locator("form").get_attribute("action") or ""
    token = await places.last.locator("input[type=hidden]").first.input_value()
    for person, fields in ((alice, {}), (bob, {"_csrf_token": token})):
        await c.post_bare(person, target, **fields)
    await c.visit(alice, "/profile")
    await c.expect_count(places, 2, "a place where Alice is signed in")
    await c.click(alice, "Sign out there")
    await c.expect_at(phone.page, "/sign-in", "her phone")
    await c.expect_count(places, 1, "a place where Alice is signed in")
    await c.expect_text(places.first, "This browser", "the one that is left")


@check("4.b", "“Keep me signed in” decides whether the browser remembers", files=[FORMS, SIGN_IN, SIGNING_IN])
@since(4)
async def remembered(c: CheckContext) -> None:
    alice, bob = await c.people("Alice", "Bob")
    for person, tick in ((alice, False), (bob, True)):
        await c.visit(person, "/sign-in")
        box = person.page.get_by_role("checkbox", name="Keep me signed in")
        await c.expect_visible(box, "a checkbox “Keep me signed in”")
        c.expect(not await box.is_checked(), expected="a box that is not ticked", seen="a ticked box")
        if tick:
            c.done(f"{person.name} ticked the box")
            await box.check()
        await c.fill_in(person, "Sign in", Email=f"{person.name}@example.com", Password=PASSWORD)
        await c.expect_at(person.page, "/", person.name)
    c.expect(
        await ends(alice) == -1, expected="a cookie that ends with Alice's browser", seen="one that stays"
    )
    stays = await ends(bob) > time.time() + A_MONTH
    c.expect(
        stays, expected="a cookie that stays in Bob's for more than a month", seen="one that ends before"
    )


async def ends(person: Person) -> float:
    """Return when a person's sign-in cookie expires, in seconds since 1970; -1 when the browser is closed."""
    cookies = {cookie["name"]: cookie for cookie in await person.context.cookies()}
    return cookies["QUART_AUTH"]["expires"]

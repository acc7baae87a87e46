"""Chapter 4: accounts. The top bar, and the layout of the account pages."""

from __future__ import annotations

import re

from course.checks import CheckContext, check, since
from course.lab.messenger.sign_in import PASSWORD

SIGNING_IN = "messenger/signing_in.py"
LAYOUT = "messenger/templates/layout.html"
PARTS = "messenger/templates/parts.html"


@check("4.15", "The top bar shows who is signed in", files=[LAYOUT, SIGNING_IN])
@since(4)
async def navigation(c: CheckContext) -> None:
    alice = await c.person("Alice")
    await c.visit(alice, "/")
    bar = c.top_bar(alice)
    for name in ("Register", "Sign in"):
        await c.expect_visible(bar.get_by_role("link", name=name, exact=True), f"a link “{name}”")
    await c.expect_gone(bar.get_by_role("button", name="Sign out"), "a button “Sign out”")
    await c.click(alice, "Sign in")
    await c.fill_in(alice, "Sign in", Email="alice@example.com", Password=PASSWORD)
    await c.expect_text(bar, "Alice", "the top bar")
    await c.expect_visible(bar.get_by_role("link", name="Profile", exact=True), "a link “Profile”")
    await c.expect_visible(bar.get_by_role("button", name="Sign out", exact=True), "a button “Sign out”")
    for name in ("Register", "Sign in"):
        await c.expect_gone(bar.get_by_role("link", name=name, exact=True), f"a link “{name}”")
    await c.expect_visible(alice.link(re.compile("Saturday hike")), "her conversation on the landing page")


PLACES = ("/", "/register", "/sign-in")
INSIDE = ("/", "/profile", "/profile/delete")


@check("4.19", "The account pages are tidy, at every width", files=["static/css/accounts.css", LAYOUT, PARTS])
@since(4)
async def tidy(c: CheckContext) -> None:
    for name, viewport in (("Alice", (360, 640)), ("Bob", (1280, 800))):
        person = await c.person(name, viewport=viewport)
        for path in PLACES:
            await c.visit(person, path)
            await c.expect_no_overflow(person)
            await c.expect_tidy(person)
        await c.sign_in(person, name)
        for path in INSIDE:
            await c.visit(person, path)
            await c.expect_no_overflow(person)
            await c.expect_tidy(person)
    visitor = await c.person("A visitor")
    for path, hints in AUTOCOMPLETE.items():
        await c.visit(visitor, path)
        found = {label: await visitor.textbox(label).get_attribute("autocomplete") for label in hints}
        c.expect(found == hints, expected=f"fields that a password manager knows: {hints}", seen=str(found))


AUTOCOMPLETE = {
    "/register": {"Email": "username", "Password": "new-password", "Confirm password": "new-password"},
    "/sign-in": {"Email": "username", "Password": "current-password"},
}

"""Chapter 4: accounts. Forged forms, and protected pages that lead to the sign-in page."""

from __future__ import annotations

import re
from urllib.parse import quote

from course.checks import CheckContext, check, since
from course.lab.messenger.sign_in import PASSWORD, HiddenFields

APP = "messenger/__init__.py"
SIGNING_IN = "messenger/signing_in.py"
FORMS = "messenger/forms.py"
PAGES = "messenger/account_pages.py"

ELSEWHERE = (
    "//example.org",
    "https://example.org/",
    "/\\example.org",
    "/\t/example.org",
    "javascript:alert(1)",
)


@check("4.8", "Protected pages lead to the sign-in page, and on from there", files=[SIGNING_IN, APP, PAGES])
@since(4)
async def protected(c: CheckContext) -> None:
    alice = await c.person("Alice")
    for path, heading in (("/conversations/2", "Saturday hike"), ("/profile", "Profile")):
        await c.visit(alice, path)
        await c.expect_at(alice.page, "/sign-in", "a visitor")
        await c.fill_in(alice, "Sign in", Email="alice@example.com", Password=PASSWORD)
        await c.expect_visible(alice.heading(heading))
        await c.expect_at(alice.page, path, "Alice")
        await alice.context.clear_cookies()
    c.done("tried to be redirected to other sites after signing in")
    for target in ELSEWHERE:
        answer = await c.post_form(
            alice, f"/sign-in?next={quote(target)}", email="alice@example.com", password=PASSWORD
        )
        led = answer.headers.get("location", "")
        c.expect(led == "/", expected=f"/ instead of {target!r}", seen=f"{answer.status} {led}")
        await alice.context.clear_cookies()


POST_RULES = """
import json
from messenger import create_app
app = create_app()
print(json.dumps([rule.rule for rule in app.url_map.iter_rules() if "POST" in rule.methods]))
"""

# Each form of this chapter, with valid values.
FILLED = {
    "/register": {"nickname": "Hal", "email": "hal@example.com", "password": PASSWORD, "confirm": PASSWORD},
    "/sign-in": {"email": "alice@example.com", "password": PASSWORD},
    "/sign-out": {},
    "/profile": {"nickname": "Hal", "email": "hal@example.com", "current": PASSWORD},
    "/profile/delete": {"current": PASSWORD},
}


@check("4.10", "No form does anything without the token of its page", files=[FORMS, PAGES])
@since(4)
async def forged_forms(c: CheckContext) -> None:
    alice, bob, visitor = await c.people("Alice", "Bob", "A visitor")
    await c.sign_in(alice, "Alice")
    await c.sign_in(bob, "Bob")
    bobs = HiddenFields.of(await (await bob.get("/profile")).text(), "/profile")
    c.expect(
        len(bobs) == 1,
        expected="a hidden field with the token of the page",
        seen=f"{len(bobs)} hidden fields",
    )
    name, token = next(iter(bobs.items()))
    rules = await c.in_app(POST_RULES, "an app with forms")
    missing = FILLED.keys() - set(rules)
    c.expect(
        not missing, expected="the forms of this chapter", seen=f"nothing at {', '.join(sorted(missing))}"
    )
    for rule in rules:
        c.done(f"sent the form {rule} without a token, with an invented one, and with Bob's")
        path = re.sub(r"<[^>]+>", "1", rule)
        for forged in ({}, {name: "x" * len(token)}, {name: token}):
            for person in (alice, visitor):
                answer = await c.post_bare(person, path, **{**FILLED.get(rule, {}), **forged})
                c.expect(answer.status < 500, expected="an answer", seen=f"status {answer.status}")
                harmless = (
                    rule in FILLED or answer.status >= 400 or "/sign-in" in answer.headers.get("location", "")
                )
                c.expect(harmless, expected="a refusal", seen=f"status {answer.status}")
    await c.visit(visitor, "/")
    await c.expect_visible(
        c.top_bar(visitor).get_by_role("link", name="Register"), "a visitor who is not signed in"
    )
    await c.visit(alice, "/profile")
    await c.expect_text(c.top_bar(alice), "Alice", "Alice, still signed in, under her name")
    await c.expect_value(alice.textbox("Email"), "alice@example.com")
    answer = await c.post_form(visitor, "/sign-in", email="hal@example.com", password=PASSWORD)
    c.expect(answer.status == 422, expected="no account of Hal's", seen=f"status {answer.status}")

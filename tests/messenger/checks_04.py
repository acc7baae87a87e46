"""Chapter 4: accounts. Making one, and proving that it is yours. Each check holds a point of the syllabus."""

from __future__ import annotations

import re

from course.checks import CheckContext, check, in_messenger, since
from course.lab.signing_in import PASSWORD, sign_in_unseen

MODELS = "messenger/accounts/models.py"
PASSWORDS = "messenger/accounts/passwords.py"
CREDENTIALS = "messenger/accounts/credentials.py"
ATTEMPTS = "messenger/accounts/attempts.py"
SIGNING_IN = "messenger/signing_in.py"
FORMS = "messenger/forms.py"
PAGES = "messenger/account_pages.py"
PARTS = "messenger/templates/parts.html"
WRONG = "The email or the password is wrong."


@check(
    "4.1",
    "An account is made, signed in, and its password kept as an Argon2 hash",
    files=[PAGES, CREDENTIALS, PASSWORDS, FORMS],
)
@since(4)
async def registering(c: CheckContext) -> None:
    dana = await c.person("Dana")
    await c.register(dana, Email="Dana@Example.com")
    await c.expect_at(dana.page, "/", "Dana")
    body = """
        user = await accounts.find_user_by_nickname("Dana")
        return [user.email, user.password_hash]
        """
    email, stored = await c.in_app(in_messenger(body), "a user Dana with email and password_hash")
    c.expect(email == "dana@example.com", expected="the email dana@example.com", seen=str(email))
    c.expect(str(stored).startswith("$argon2id$"), expected="an Argon2 hash", seen=str(stored)[:20])
    problem = await sign_in_unseen(await c.person("Dana's phone"), "dana@example.com")
    c.expect(problem is None, expected="that she can sign in on her phone", seen=str(problem))


# What is filled in otherwise, and what stands beside those fields then.
REFUSALS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "nothing that fits": (
        {"Nickname": "   ", "Email": "eve at example.com", "Password": "short", "Confirm password": "other"},
        {
            "Nickname": "Choose a nickname.",
            "Email": "Write an email like",
            "Password": "At least 10 characters",
            "Confirm password": "This differs",
        },
    ),
    "the name of who is gone, and a password without end": (
        {"Nickname": "Deleted account 3", "Password": "x" * 201},
        {"Nickname": "Choose another one", "Password": "200 at most"},
    ),
    "her email as password": ({"Password": "eve@example.com"}, {"Password": "not your name or your email"}),
    "a taken nickname": ({"Nickname": "Alice"}, {"Nickname": "This nickname is taken."}),
    "a taken email": ({"Email": "ALICE@example.com"}, {"Email": "This email is taken."}),
}


@check(
    "4.2",
    "What breaks a rule is refused beside its field, and what was typed stays",
    files=[FORMS, PAGES, PARTS, MODELS],
)
@since(4)
async def refusals(c: CheckContext) -> None:
    eve = await c.person("Eve")
    for what, (changed, reasons) in REFUSALS.items():
        typed = await c.fill_register(eve, what, **changed)
        for label, reason in reasons.items():
            await c.expect_field_error(eve, label, reason)
        await c.expect_value(eve.textbox("Nickname"), typed["Nickname"].strip())
        await c.expect_value(eve.textbox("Email"), typed["Email"].lower())
        for emptied in ("Password", "Confirm password"):
            await c.expect_value(eve.textbox(emptied), "")
    answer = await c.post_form(eve, "/sign-in", email="eve@example.com", password=PASSWORD)
    c.expect(answer.status == 422, expected="no account of Eve's", seen=f"status {answer.status}")


@check("4.3", "All pages work without JavaScript", files=[PAGES, FORMS, SIGNING_IN])
@since(4)
async def without_javascript(c: CheckContext) -> None:
    finn = await c.person("Finn")
    browser = finn.context.browser
    assert browser is not None
    await c.html_of(finn, "/register")
    context = await browser.new_context(java_script_enabled=False, base_url=finn.url)
    try:
        page = await context.new_page()
        page.set_default_timeout(c.patience * 1000)
        c.done("Finn switched JavaScript off, registered, signed out and in again, and changed his nickname")
        await page.goto("/register")
        for label, text in (
            ("Nickname", "Finn"),
            ("Email", "finn@example.com"),
            ("Password", PASSWORD),
            ("Confirm password", PASSWORD),
        ):
            await page.get_by_label(label, exact=True).fill(text)
        await page.get_by_role("button", name="Create account").click()
        await c.expect_text(page.get_by_role("banner"), "Finn", "the top bar")
        await page.get_by_role("button", name="Sign out").click()
        await c.expect_visible(page.get_by_role("heading", name="Sign in"))
        await page.get_by_label("Email").fill("finn@example.com")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await c.expect_text(page.get_by_role("banner"), "Finn", "the top bar")
        await page.get_by_role("link", name="Profile", exact=True).click()
        await page.get_by_label("Nickname").fill("Finn the second")
        await page.get_by_label("Current password").fill(PASSWORD)
        await page.get_by_role("button", name="Save changes").click()
        await c.expect_text(page.get_by_role("banner"), "Finn the second", "the top bar")
    finally:
        await context.close()


# With costs like those of a real installation, or there would be nothing to measure. In turn, so that a
# machine that is busy for a while slows down both.
TIMES = """
import os, statistics, time
os.environ["PARLEY_ARGON2"] = "2,19456,1"
import asyncio, json
from messenger import accounts
from messenger.config import database_url
from messenger.db import db

async def seconds(email, address):
    began = time.perf_counter()
    assert await accounts.authenticate(email, "not this one", address) is None
    return time.perf_counter() - began

async def main():
    db.connect(database_url())
    known, unknown = [], []
    for number in range(2):
        await accounts.register(f"Timed {number}", f"timed-{number}@example.com", "a password of hers")
        for attempt in range(4):
            known.append(await seconds(f"timed-{number}@example.com", "192.0.2.1"))
            unknown.append(await seconds(f"nobody-{number}@example.com", "192.0.2.2"))
    await db.disconnect()
    return [statistics.median(known), statistics.median(unknown)]

print(json.dumps(asyncio.run(main())))
"""


@check(
    "4.4",
    "A wrong password and an unknown email look the same, and take as long",
    files=[CREDENTIALS, PASSWORDS, PAGES],
)
@since(4)
async def indistinguishable(c: CheckContext) -> None:
    mallory = await c.person("Mallory")
    answers = []
    for email in ("alice@example.com", "nobody@example.com"):
        await c.visit(mallory, "/sign-in")
        await c.fill_in(mallory, "Sign in", Email=email, Password="not this one")
        await c.expect_text(mallory.page.get_by_role("alert"), WRONG)
        await c.expect_value(mallory.textbox("Email"), email)
        # All of the page, and not as a style sheet that is still on its way would show it.
        await mallory.page.wait_for_load_state()
        answers.append(await mallory.page.locator("main").text_content() or "")
    c.expect(
        answers[0] == answers[1],
        expected="the same page for both",
        seen=f"two pages, of {len(answers[0])} and {len(answers[1])} characters",
    )
    c.done("measured eight attempts of each kind")
    known, unknown = await c.in_app(TIMES, "accounts.register and accounts.authenticate")
    c.expect(known > 0.01, expected="a hash that takes a while", seen=f"{known * 1000:.1f} ms")
    c.expect(
        0.5 < known / unknown < 2,
        expected="about the same time for both",
        seen=f"{known * 1000:.0f} ms for a known email, {unknown * 1000:.0f} ms for an unknown one",
    )


# Forty-nine guesses at once, as the database keeps them; then three more, one of them from elsewhere.
FROM_ONE_ADDRESS = """
    from messenger.accounts.attempts import FROM_AN_ADDRESS, Attempts
    from messenger.accounts.models import Attempt
    async with db.transaction() as session:
        key = Attempts("", "192.0.2.1").address
        session.add_all([Attempt(key=key) for _ in range(FROM_AN_ADDRESS - 1)])
    outcome = []
    for number, address in enumerate(("192.0.2.1", "192.0.2.1", "192.0.2.2")):
        try:
            await accounts.authenticate(f"guess-{number}@example.com", "not this one", address)
            outcome.append("answered")
        except accounts.TooManyAttempts:
            outcome.append("refused")
    return outcome
    """

A_WHILE_LATER = """
    from sqlalchemy import select
    from messenger.accounts.attempts import WHILE
    from messenger.accounts.models import Attempt
    async with db.transaction() as session:
        for attempt in await session.scalars(select(Attempt)):
            attempt.at -= WHILE
    return True
    """


@check(
    "4.5",
    "Guessing is limited, for each account and from each address",
    files=[ATTEMPTS, CREDENTIALS, PAGES],
    fresh=True,  # it locks Carol out, and counts what comes from this machine
)
@since(4)
async def limited(c: CheckContext) -> None:
    mallory = await c.person("Mallory")
    await c.visit(mallory, "/sign-in")
    c.done("Mallory guessed Carol's password five times")
    for number in range(5):
        answer = await c.post_form(
            mallory, "/sign-in", email="carol@example.com", password=f"guess number {number}"
        )
        c.expect(answer.status == 422, expected="a refused guess", seen=f"status {answer.status}")
    await c.lab.kill()
    await c.lab.restart()
    c.done("the server was restarted")
    await c.visit(mallory, "/sign-in")
    await c.fill_in(mallory, "Sign in", Email="carol@example.com", Password=PASSWORD)
    await c.expect_text(
        mallory.page.get_by_role("alert"), re.compile(r"Too many attempts\. Try again in 1\d minutes\.")
    )
    await c.expect_value(mallory.textbox("Email"), "carol@example.com")
    answer = await c.post_form(mallory, "/sign-in", email="carol@example.com", password=PASSWORD)
    wait = int(answer.headers.get("retry-after", "0"))
    c.expect(
        answer.status == 429 and 600 < wait <= 900,
        expected="429, and when to come back",
        seen=f"{answer.status}, {wait} s",
    )
    await c.sign_in(await c.person("Bob"), "Bob")
    c.done("fifty guesses came from one address")
    outcome = await c.in_app(in_messenger(FROM_ONE_ADDRESS), "accounts.authenticate with an address")
    c.expect(
        outcome == ["answered", "refused", "answered"],
        expected="the last one answered, the next one refused, and another address answered",
        seen=str(outcome),
    )
    c.done("a quarter of an hour passed")
    await c.in_app(in_messenger(A_WHILE_LATER), "attempts that have a time")
    await c.sign_in(await c.person("Carol"), "Carol")

"""Chapter 4: accounts. Guessed passwords: what the answer reveals, and how many attempts are allowed."""

from __future__ import annotations

import re

from course.checks import CheckContext, check, in_messenger, since
from course.lab.messenger.sign_in import PASSWORD, HiddenFields

PASSWORDS = "messenger/accounts/passwords.py"
CREDENTIALS = "messenger/accounts/credentials.py"
ATTEMPTS = "messenger/accounts/attempts.py"
KNOWN = "messenger/known_browsers.py"
PAGES = "messenger/account_pages.py"
WRONG = "The email or the password is wrong."

# Hashing with the costs of a real installation, because the times are measured. The two kinds take turns, so
# that a machine that is busy for a while slows down both.
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
        # Wait for the style sheets: they change the text that is shown.
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


# More failed attempts for Carol's account, so many that the wait is the longest.
MORE_GUESSES = """
    from sqlalchemy.ext.asyncio import AsyncSession
    from messenger.accounts.attempts import for_an_account
    from messenger.accounts.models import Attempt
    async with AsyncSession(db.engine) as session, session.begin():
        session.add_all([Attempt(key=for_an_account("carol@example.com").key) for _ in range(10)])
    return True
    """

# As many failed attempts from this machine as are free, so that the next one has to wait.
FROM_ONE_ADDRESS = """
    from sqlalchemy.ext.asyncio import AsyncSession
    from messenger.accounts.attempts import from_an_address
    from messenger.accounts.models import Attempt
    budget = from_an_address("127.0.0.1")
    async with AsyncSession(db.engine) as session, session.begin():
        session.add_all([Attempt(key=budget.key) for _ in range(budget.free)])
    return True
    """

A_WHILE_LATER = """
    from sqlalchemy import select
    from sqlalchemy.ext.asyncio import AsyncSession
    from messenger.accounts.attempts import WHILE
    from messenger.accounts.models import Attempt
    async with AsyncSession(db.engine) as session, session.begin():
        for attempt in await session.scalars(select(Attempt)):
            attempt.at -= WHILE
    return True
    """


@check(
    "4.5",
    "Guessing is slowed down, for each account and from each address, and the owner is not locked out",
    files=[ATTEMPTS, CREDENTIALS, PAGES, KNOWN],
    fresh=True,  # it uses up Carol's attempts, and counts what comes from this machine
)
@since(4)
async def limited(c: CheckContext) -> None:
    carol, mallory = await c.people("Carol", "Mallory")
    await c.visit(carol, "/sign-in")
    await c.fill_in(carol, "Sign in", Email="carol@example.com", Password=PASSWORD)
    await c.click(carol, "Sign out")
    await c.expect_visible(carol.heading("Sign in"))
    c.done("Mallory guessed Carol's password five times, and others went on")
    for number in range(5):
        answer = await c.post_form(
            mallory, "/sign-in", email="carol@example.com", password=f"guess number {number}"
        )
        c.expect(answer.status == 422, expected="a refused guess", seen=f"status {answer.status}")
    await c.in_app(in_messenger(MORE_GUESSES), "for_an_account in attempts.py")
    await c.lab.kill()
    await c.lab.restart()
    c.done("the server was restarted")
    await c.visit(mallory, "/sign-in")
    await c.fill_in(mallory, "Sign in", Email="carol@example.com", Password=PASSWORD)
    await c.expect_text(
        mallory.page.get_by_role("alert"), re.compile(r"Too many attempts\. Try again in \d\d? seconds?\.")
    )
    await c.expect_value(mallory.textbox("Email"), "carol@example.com")
    answer = await c.post_form(mallory, "/sign-in", email="carol@example.com", password=PASSWORD)
    wait = int(answer.headers.get("retry-after", "0"))
    c.expect(
        answer.status == 429 and 0 < wait <= 60,
        expected="429, and when to come back, in a minute at most",
        seen=f"{answer.status}, {wait} s",
    )
    c.done("Carol signed in where she has signed in before")
    answer = await c.post_form(carol, "/sign-in", email="carol@example.com", password=PASSWORD)
    c.expect(answer.status == 302, expected="no wait for her", seen=f"status {answer.status}")
    await c.sign_in(await c.person("Bob"), "Bob")
    c.done("a hundred guesses came from one address, and one more that claimed to come from another")
    await c.in_app(in_messenger(FROM_ONE_ADDRESS), "from_an_address in attempts.py")
    page = await mallory.get("/sign-in")
    form = {**HiddenFields.of(await page.text(), "/sign-in"), "email": "x@example.com", "password": "a guess"}
    answer = await mallory.post("/sign-in", form, headers={"X-Forwarded-For": "192.0.2.1"})
    c.expect(answer.status == 429, expected="429 all the same", seen=f"status {answer.status}")
    c.done("a quarter of an hour passed")
    await c.in_app(in_messenger(A_WHILE_LATER), "attempts that have a time")
    await c.sign_in(await c.person("Carol's phone"), "Carol")

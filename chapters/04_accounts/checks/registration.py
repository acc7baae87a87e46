"""Chapter 4: accounts. Registering and signing in. Each check tests a point of the syllabus."""

from __future__ import annotations

from course.checks import CheckContext, check, in_messenger, since
from course.lab.messenger.sign_in import PASSWORD, sign_in_unseen

MODELS = "messenger/accounts/models.py"
PASSWORDS = "messenger/accounts/passwords.py"
CREDENTIALS = "messenger/accounts/credentials.py"
SIGNING_IN = "messenger/signing_in.py"
FORMS = "messenger/forms.py"
PAGES = "messenger/account_pages.py"
PARTS = "messenger/templates/parts.html"


@check(
    "4.1",
    "A person registers and signs in, and the password is kept as an Argon2 hash",
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
    c.expect(problem is None, expected="a sign-in on her phone", seen=str(problem))


# Kinds of forms: the fields with other values, and the error that then stands beside each field.
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
    "the name of a deleted account, and a password of 201 characters": (
        {"Nickname": "Deleted account 3", "Password": "x" * 201},
        {"Nickname": "Choose another nickname", "Password": "200 at most"},
    ),
    "her email as password": ({"Password": "eve@example.com"}, {"Password": "not your name or your email"}),
    "a taken nickname": ({"Nickname": "Alice"}, {"Nickname": "This nickname is taken."}),
}


@check(
    "4.2",
    "A wrong value is refused beside its field, and the text that was typed stays",
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
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
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

"""Sign-in of a person to the messenger, from chapter 4 on: by its own form, on the page or by requests."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from course.lab import protocols
from course.lab.errors import LabError

if TYPE_CHECKING:
    from course.lab.person.person import Person

PAGE = "/sign-in"
PASSWORD = "parley-demo"


def email_of(name: str) -> str:
    """Return the email of a seeded person: ``Alice`` → ``alice@example.com``, ``User One`` → ``one@…``."""
    return name if "@" in name else f"{name.split()[-1].lower()}@example.com"


async def sign_in(person: protocols.Person, name: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in page as a person does, and wait for the next page.

    Args:
        person: the person in front of the browser.
        name: a seeded nickname, or an email.
        password: the password of the seeded people by default.

    Raises:
        LabError: if the app has no such page, or refuses; then with the reason that the page shows.
    """
    answer = await person.goto(PAGE)
    if answer.status >= 400:
        raise LabError(f"The messenger has no page {PAGE} yet.", "It comes with chapter 4.")
    await person.textbox("Email").fill(email_of(name))
    await person.textbox("Password").fill(password)
    await person.follow(person.button("Sign in"))
    if PAGE in person.page.url:
        said = " ".join(await person.page.get_by_role("alert").all_inner_texts())
        raise LabError(
            f"{person.name} is not signed in: {said or 'the page shows no reason'}", "Look at the page."
        )


async def sign_in_unseen(person: Person, name: str, password: str = PASSWORD) -> str | None:
    """Sign a person in with two requests and no page; for tests of something else.

    Returns:
        The problem in one phrase, or None.
    """
    page = await person.get(PAGE)
    if not page.ok:
        return f"the server answers {page.status}"
    fields = HiddenFields.of(await page.text(), PAGE)
    answer = await person.post(PAGE, {**fields, "email": email_of(name), "password": password})
    return None if answer.status in (302, 303) else f"the form is answered with {answer.status}"


class HiddenFields(HTMLParser):
    """A parser for the hidden fields of one form, which a browser sends with it.

    Args:
        action: the address that the form is sent to; a form without one is sent to its own page.
    """

    def __init__(self, action: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._action = action
        self._inside = False

    @classmethod
    def of(cls, html: str, action: str) -> dict[str, str]:
        """Return the hidden fields of the form in a page that is at the form's own address."""
        parser = cls(action)
        parser.feed(html)
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the start of a form, or a hidden field."""
        given = dict(attrs)
        if tag == "form":
            self._inside = given.get("action", self._action) == self._action
        if self._inside and tag == "input" and given.get("type") == "hidden":
            self.found[given.get("name") or ""] = given.get("value") or ""

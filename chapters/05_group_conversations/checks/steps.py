"""Chapter 5: shared steps of its checks: open the dashboard, fill in its form, read the database."""

from __future__ import annotations

from typing import Any

from course.checks import CheckContext, in_messenger
from course.lab.person.person import Person

STORED = in_messenger("""
    talks = await chat.all_conversations()
    return [[talk.title, [[member.user.nickname, member.owner] for member in talk.members]] for talk in talks]
""")


async def stored(c: CheckContext) -> list[Any]:
    """Return the conversations in the database, the newest first: title, and [nickname, owner] of members."""
    found: list[Any] = await c.in_app(STORED, "the context chat")
    return found


async def dashboard(c: CheckContext, name: str) -> Person:
    """Sign a person in and open the landing page."""
    person = await c.person(name)
    await c.sign_in(person, name)
    await require_dashboard(c, person)
    await c.visit(person, "/")
    return person


async def require_dashboard(c: CheckContext, person: Person) -> None:
    """Expect the dashboard on the landing page, which all these checks need."""
    html = await c.html_of(person, "/")
    seen = "HTML without it"
    c.expect("New conversation" in html, expected="“New conversation” on the landing page", seen=seen)


async def create(c: CheckContext, person: Person, title: str, shown: str = "") -> None:
    """Write a title, click Create, and wait until the list has it."""
    if title:
        await c.fill(person, "Title (optional)", title)
    await c.click(person, "Create")
    await c.expect_visible(c.entry(person.page, shown or title), f"“{shown or title}” in the list")


async def members_sent(person: Person) -> list[list[str]]:
    """Return name and value of each hidden input of the form."""
    found: list[list[str]] = await person.page.locator(
        "input[type=hidden][name^='conversation[members]']"
    ).evaluate_all("inputs => inputs.map(input => [input.name, input.value])")
    return found

"""The driver finds on a page what Playwright finds, by the same roles, names and texts."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from playwright.async_api import FrameLocator, Locator
from support.stage_page import Backstage

from course.lab import protocols
from course.stage.actor import Actor

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]

ROLES: tuple[protocols.Role, ...] = get_args(protocols.Role)
NAMES_JS = """elements => elements.map(each => each.outerHTML.slice(0, 120))"""


async def frame(backstage: Backstage, path: str = "/") -> tuple[Actor, FrameLocator]:
    """The same page twice: for the driver, and for Playwright."""
    alice = backstage.actor("Alice")
    await alice.goto(path)
    return alice, backstage.glass("Alice")


async def ids(locator: Locator) -> list[str]:
    return [str(text) for text in await locator.evaluate_all(NAMES_JS)]


async def found(alice: Actor, **step: Any) -> list[str]:
    """The elements that one step of the driver finds."""
    return [str(text) for text in await alice.driver.do("describe", [step])]


@pytest.mark.parametrize("role", ROLES)
async def test_roles_are_those_of_playwright(backstage: Backstage, role: protocols.Role) -> None:
    alice, glass = await frame(backstage)
    there = await ids(glass.get_by_role(role))
    assert await found(alice, by="role", role=role, exact=False) == there


async def test_every_role_that_a_messenger_needs_is_on_that_page(backstage: Backstage) -> None:
    _, glass = await frame(backstage)
    missing = [role for role in ROLES if not await glass.get_by_role(role).count()]
    assert set(missing) <= {
        "alertdialog",
        "feed",
        "menu",
        "menuitem",
        "note",
        "radiogroup",
        "search",
        "separator",
        "timer",
        "toolbar",
        "tooltip",
    }


@pytest.mark.parametrize(
    "role",
    [
        "button",
        "link",
        "textbox",
        "heading",
        "log",
        "checkbox",
        "combobox",
        "region",
        "listitem",
        "status",
        "img",
        "table",
        "group",
        "cell",
        "dialog",
        "spinbutton",
    ],
)
async def test_names_are_those_of_playwright(backstage: Backstage, role: protocols.Role) -> None:
    alice, glass = await frame(backstage)
    names = [str(name) for name in await alice.driver.do("names", [{"by": "role", "role": role}])]
    assert names
    for name in {*names, "Send", "send", "no such"}:
        for exact in (True, False):
            there = await ids(glass.get_by_role(role, name=name, exact=exact))
            assert await found(alice, by="role", role=role, name=name, exact=exact) == there, (name, exact)


@pytest.mark.parametrize(
    "text",
    [
        "Good morning.",
        "good",
        "Text with parts of it",
        "parts",
        "Send",
        "Go on",
        "Names",
        "not a text",
        "Gone",
        "Write something first.",
        '"name": "Alice"',
        "Bern",
    ],
)
@pytest.mark.parametrize("exact", [True, False])
async def test_texts_are_those_of_playwright(backstage: Backstage, text: str, exact: bool) -> None:
    alice, glass = await frame(backstage)
    there = await ids(glass.get_by_text(text, exact=exact))
    assert await found(alice, by="text", text=text, exact=exact) == there


@pytest.mark.parametrize(
    "text",
    [
        "Message",
        "email",
        "First",
        "second",
        "Password",
        "Close",
        "What arrived",
        "Messages",
        "Drinks",
        "Tea",
        "Buttons",
    ],
)
@pytest.mark.parametrize("exact", [True, False])
async def test_labels_are_those_of_playwright(backstage: Backstage, text: str, exact: bool) -> None:
    alice, glass = await frame(backstage)
    there = await ids(glass.get_by_label(text, exact=exact))
    assert await found(alice, by="label", text=text, exact=exact) == there


async def test_locators_are_put_together_as_with_playwright(backstage: Backstage) -> None:
    alice, glass = await frame(backstage)
    for ours, theirs in (
        (
            alice.page.get_by_role("log", name="Messages").get_by_text("Good"),
            glass.get_by_role("log", name="Messages").get_by_text("Good"),
        ),
        (
            alice.page.get_by_label("What arrived").get_by_text("Alice"),
            glass.get_by_label("What arrived").get_by_text("Alice"),
        ),
        (
            alice.page.get_by_role("listitem").filter(has_text="T"),
            glass.get_by_role("listitem").filter(has_text="T"),
        ),
        (alice.page.get_by_role("listitem").nth(1), glass.get_by_role("listitem").nth(1)),
        (alice.page.get_by_role("listitem").last, glass.get_by_role("listitem").last),
        (alice.page.locator("section").get_by_role("button"), glass.locator("section").get_by_role("button")),
        (alice.page.get_by_placeholder("by"), glass.get_by_placeholder("by")),
    ):
        assert await ours.all_inner_texts() == await theirs.all_inner_texts()
        assert await ours.count() == await theirs.count() > 0

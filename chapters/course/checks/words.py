"""Descriptions of pages, locators and errors in words, for reports."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator

from course.lab.person.person import Person

OUTLINE = 180
TELLING = r"(heading|button|link|textbox|checkbox|radio|log|alert|status|dialog)\b"
LONGEST = 120
HEAD = 40


async def outline(person: Person) -> str:
    """Return the headings, buttons, links and fields of a person's page, in one line."""
    return await outline_of(person.page.locator("body"))


async def outline_of(locator: Locator) -> str:
    """Return the outline of the page that a locator belongs to."""
    try:
        tree = await locator.page.locator("body").aria_snapshot(timeout=1000)
    except PlaywrightError:
        return "the page is empty"
    lines = [line.strip().removeprefix("- ").removesuffix(":") for line in tree.splitlines()]
    told = [re.sub(r" \[[^\[\]]*+\]", "", line) for line in lines if re.match(TELLING, line)]
    text = re.sub(r'"(.*?)"', r"“\1”", ", ".join(dict.fromkeys(told)))
    if not text:
        return "the page has neither headings nor controls"
    return "on the page: " + (text if len(text) <= OUTLINE else text[: OUTLINE - 1] + "…")


ROLE = re.compile(r'internal:role=(\w+)\[name=(?:"(?P<text>.*?)"[is]?|/(?P<regex>.*?)/\w*)\]')
TEXT = re.compile(r'internal:text=(?:"(?P<text>.*?)"[is]?|/(?P<regex>.*?)/\w*)')


def describe(locator: Locator) -> str:
    """Return a locator in words: ``the button “Increment”``."""
    selector = _selector(locator)
    roles = list(ROLE.finditer(selector))
    if roles:
        return f"the {roles[-1][1]} “{roles[-1]['text'] or roles[-1]['regex']}”"
    texts = list(TEXT.finditer(selector))
    if texts:
        return f"the text “{texts[-1]['text'] or texts[-1]['regex']}”"
    return "that part of the page"


def _selector(locator: Locator) -> str:
    _, found, selector = str(locator).partition("selector='")
    return selector.removesuffix("'>").replace('\\"', '"') if found else ""


def last_words(problem: str) -> str:
    """Return why a Python process failed, in one line, from the end of its standard error."""
    lines = problem.strip().splitlines()
    if not lines:
        return "nothing"
    last = lines[-1]
    if missing := re.search(r"No module named '?([\w.]+)", last):
        return f"there is no module {missing[1]} yet"
    if missing := re.search(r"cannot import name '(\w+)' from '([\w.]+)'", last):
        return f"there is no {missing[1]} in {missing[2]} yet"
    return last


def quoted(text: str) -> str:
    """Return a text in quotation marks, with white space folded and the middle of a long text left out."""
    folded = " ".join(text.split())
    # Logs and lists grow at their end, so the end is kept.
    return f"“{folded if len(folded) <= LONGEST else folded[:HEAD] + ' … ' + folded[HEAD - LONGEST :]}”"


def listed(names: Sequence[str]) -> str:
    """Return names as a phrase: ``Alice``, ``Alice and Bob``, ``Alice, Bob and Carol``."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last

"""Locators and pages for demos on the stage, with the methods of `course.lab.locators` and `protocols`.

A locator is a list of steps, which the script in the page follows anew for each action.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from course.lab.locators import Role, State, Text
from course.stage.driver import SECONDS_TO_ACT, Driver
from course.stage.errors import NotOnStage

Step = Mapping[str, Any]


def told(text: Text) -> Any:
    """Return a text, or a pattern, in the form for the script in the page."""
    if isinstance(text, str):
        return text
    flags = "".join(letter for letter, flag in (("i", re.I), ("m", re.M), ("s", re.S)) if text.flags & flag)
    return {"pattern": text.pattern, "flags": flags}


class Finder:
    """The methods that make locators, for a page or for another locator.

    An attribute that only Playwright has raises `NotOnStage`.
    """

    def __init__(self, driver: Driver, steps: tuple[Step, ...] = ()) -> None:
        self._driver = driver
        self._steps = steps

    def get_by_role(self, role: Role, *, name: Text | None = None, exact: bool = False) -> StageLocator:
        """Return a locator of elements with this role and this accessible name."""
        given = {} if name is None else {"name": told(name)}
        return self._with({"by": "role", "role": role, "exact": exact, **given})

    def get_by_text(self, text: Text, *, exact: bool = False) -> StageLocator:
        """Return a locator of the smallest elements that contain this text."""
        return self._with({"by": "text", "text": told(text), "exact": exact})

    def get_by_label(self, text: Text, *, exact: bool = False) -> StageLocator:
        """Return a locator of elements with this label."""
        return self._with({"by": "label", "text": told(text), "exact": exact})

    def get_by_placeholder(self, text: Text, *, exact: bool = False) -> StageLocator:
        """Return a locator of fields with this placeholder."""
        return self._with({"by": "placeholder", "text": told(text), "exact": exact})

    def locator(self, selector: str) -> StageLocator:
        """Return a locator of elements by CSS selector."""
        return self._with({"by": "css", "selector": selector})

    def _with(self, step: Step) -> StageLocator:
        return StageLocator(self._driver, (*self._steps, step))

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        raise NotOnStage(
            f"A demo asked for “{name}”, which Playwright knows and the stage does not.",
            "`course.lab.protocols` lists what a demo may use. Test anything else in a check.",
        )


class StageLocator(Finder):
    """A way to find elements in a frame, and the actions on the element that is found.

    Each action raises `ActFailed` if there is no such element in time, or more than one.
    """

    def filter(self, *, has_text: Text = "") -> StageLocator:
        """Return a locator of those elements that contain this text."""
        return self._with({"by": "has", "text": told(has_text)})

    def nth(self, index: int) -> StageLocator:
        """Return a locator of one of several elements; -1 is the last."""
        return self._with({"by": "nth", "index": index})

    @property
    def first(self) -> StageLocator:
        """A locator of the first of several elements."""
        return self.nth(0)

    @property
    def last(self) -> StageLocator:
        """A locator of the last of several elements."""
        return self.nth(-1)

    async def click(self) -> None:
        """Move the pointer to the element and click it."""
        await self._do("click")

    async def fill(self, value: str) -> None:
        """Replace the value of the field."""
        await self._do("fill", value)

    async def press_sequentially(self, text: str) -> None:
        """Type a text after the value that is there."""
        await self._do("type", text)

    async def press(self, key: str) -> None:
        """Press a key while the element has the focus."""
        await self._do("press", key)

    async def focus(self) -> None:
        """Give the element the focus."""
        await self._do("focus")

    async def check(self) -> None:
        """Tick the box, unless it is ticked."""
        await self._do("tick", True)

    async def uncheck(self) -> None:
        """Untick the box, unless it is not ticked."""
        await self._do("tick", False)

    async def scroll_into_view_if_needed(self) -> None:
        """Scroll until the element is in view, unless it is."""
        await self._do("reveal")

    async def wait_for(self, *, state: State = "visible", timeout: float = SECONDS_TO_ACT * 1000) -> None:
        """Wait until the element is in this state; ``timeout`` is in milliseconds."""
        await self._driver.do("wait", self._steps, state, seconds=timeout / 1000)

    async def count(self) -> int:
        """Return the number of elements that are there now."""
        return int(await self._do("count"))

    async def is_visible(self) -> bool:
        """Return whether the element is visible now."""
        return bool(await self._do("visible"))

    async def all_inner_texts(self) -> list[str]:
        """Return the texts of all elements that are there now."""
        return [str(text) for text in await self._do("innerTexts")]

    async def inner_text(self) -> str:
        """Return the text of the element, as shown."""
        return str(await self._do("innerText"))

    async def text_content(self) -> str | None:
        """Return the text of the element, hidden parts included."""
        found = await self._do("textContent")
        return None if found is None else str(found)

    async def input_value(self) -> str:
        """Return the value of the field."""
        return str(await self._do("value"))

    async def get_attribute(self, name: str) -> str | None:
        """Return an attribute of the element; None if it has none of this name."""
        found = await self._do("attribute", name)
        return None if found is None else str(found)

    async def _do(self, action: str, *args: Any) -> Any:
        return await self._driver.do(action, self._steps, *args)


class StagePage(Finder):
    """A person's page."""

    @property
    def url(self) -> str:
        """The address of the page."""
        return self._driver.url

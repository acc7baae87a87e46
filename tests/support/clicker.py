"""`Clicker`: random operations on a stage; see ``tests/course/stage/soak.py``."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from playwright.async_api import Locator, Page, expect

MS_TO_CLICK = 3000


class Clicker:
    """Random operations on a stage, each as somebody at its page would do it.

    Args:
        page: the stage's page.
        address: the stage's address, for a second window.
        chance: the source of random decisions.
    """

    def __init__(self, page: Page, address: str, chance: random.Random) -> None:
        self.page = page
        self.address = address
        self.random = chance

    async def operate(self, name: str) -> None:
        """Do one of the `OPERATIONS`.

        Raises:
            playwright.async_api.Error: if the element to click is not there, or disabled.
        """
        await self.OPERATIONS[name](self)

    async def _press(self, found: Locator) -> None:
        """Click one of the elements found, if there is one."""
        count = await found.count()
        if count:
            await found.nth(self.random.randrange(count)).click(timeout=MS_TO_CLICK)

    async def _link(self) -> None:
        await self._press(self.page.locator(".faults [aria-pressed]"))

    async def _fix(self) -> None:
        await self._press(self.page.locator(".faults [aria-pressed='true']"))

    async def _server(self) -> None:
        await self._press(self.page.get_by_role("group", name="Server").get_by_role("button"))

    async def _crash(self) -> None:
        await self._press(self.page.get_by_role("button", name="Crash"))

    async def _tools(self) -> None:
        await self._press(self.page.locator(".tools button:not([aria-label$='away'])"))

    async def _come(self) -> None:
        await self._press(self.page.locator(".settings > [phx-click='bring']"))

    async def _go(self) -> None:
        await self._press(self.page.locator(".tools [aria-label$='away']"))

    async def _filter(self) -> None:
        await self._press(self.page.locator(".wire > header button"))

    async def _open(self) -> None:
        await self._press(self.page.locator("#frames button"))

    async def _close(self) -> None:
        await self._press(self.page.locator("#payload button"))

    async def _next(self) -> None:
        await self.page.locator("#next").press("Enter", timeout=MS_TO_CLICK)

    async def _again(self) -> None:
        if self.random.random() < 0.3:
            await self._press(self.page.get_by_role("button", name="Again", exact=True))

    async def _load(self) -> None:
        if self.random.random() < 0.3:
            states = self.page.locator("#states button")
            name = await states.nth(self.random.randrange(await states.count())).get_attribute("id")
            await self._bring_on((name or "").removeprefix("state-"))

    async def _bring_on(self, state: str) -> None:
        await self.page.get_by_role("button", name="Chapter on the stage").click()
        await self.page.locator(f"#state-{state}").click()

    async def _settings(self) -> None:
        await self.page.get_by_role("button", name="Settings").click(timeout=MS_TO_CLICK)
        kind = self.random.choice(["pace", "wait"])
        chosen = self.page.locator(f"#choices select[name={kind}]")
        await chosen.select_option(index=self.random.randrange(3), timeout=MS_TO_CLICK)
        await self._press(self.page.locator("[data-type]"))
        await self.page.keyboard.press("Escape")

    async def _inside(self) -> None:
        """Click somewhere in somebody's page."""
        seats = self.page.locator(".seat")
        glass = seats.nth(self.random.randrange(max(1, await seats.count()))).frame_locator("iframe")
        await self._press(glass.locator("button, a[href]"))

    async def _write(self) -> None:
        """Write into somebody's page."""
        seats = self.page.locator(".seat")
        glass = seats.nth(self.random.randrange(max(1, await seats.count()))).frame_locator("iframe")
        field = glass.locator("input:not([type=checkbox]), textarea").first
        await field.fill("hello " * self.random.randrange(1, 9), timeout=MS_TO_CLICK)
        await field.press("Enter", timeout=MS_TO_CLICK)

    async def _reload(self) -> None:
        await self.page.reload()

    async def _second_window(self) -> None:
        second = await self.page.context.new_page()
        await second.goto(self.address)
        await expect(second.locator(".stage")).to_be_visible()
        await second.close()
        await self._press(self.page.get_by_role("button", name="Bring it here"))

    async def _wait(self) -> None:
        await asyncio.sleep(self.random.random())

    OPERATIONS: dict[str, Callable[[Clicker], Awaitable[None]]] = {  # noqa: RUF012 - never changed
        "break or fix a link": _link,
        "fix a link": _fix,
        "kill or restart": _server,
        "crash a view": _crash,
        "load a person's page": _tools,
        "bring a person": _come,
        "send a person away": _go,
        "filter": _filter,
        "open a frame": _open,
        "close a frame": _close,
        "next act": _next,
        "again": _again,
        "another chapter": _load,
        "settings": _settings,
        "click in a page": _inside,
        "write in a page": _write,
        "reload the stage": _reload,
        "second window": _second_window,
        "wait": _wait,
    }

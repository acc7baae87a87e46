"""The stage's page in a real Chromium, for the tests of the stage and for its soak."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.async_api import Browser, FrameLocator, Locator, Page, async_playwright, expect
from support.stage_command import StageCommand

from course.lab.person.browser_choice import find_chromium
from course.stage.actor import Actor
from course.stage.stage import Stage

# A loaded machine takes its time. Elsewhere this costs nothing, as the wait ends with the state.
expect.set_options(timeout=20_000)


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start a browser without a window until the block ends."""
    choice = find_chromium()
    assert choice is not None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=choice.executable, args=list(choice.args), handle_sigint=False
        )
        yield browser
        await browser.close()


class StagePage:
    """The stage's page, with the operations of its user.

    Attributes:
        page: the Playwright page.
        problems: exceptions in the stage's page and in its frames.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    async def settled(self) -> None:
        """Wait until a messenger runs and everybody's page is live, or plain."""
        await expect(self.page.locator("#starting, #not-leading")).to_have_count(0, timeout=60_000)
        await expect(self.page.locator(".seat").first).to_be_visible(timeout=60_000)
        calm = self.page.locator(".seat .condition.live, .seat .condition.plain")
        await expect(calm).to_have_count(await self.page.locator(".seat").count(), timeout=30_000)

    def seat(self, name: str) -> Locator:
        """Return one person's place."""
        return self.page.get_by_role("region", name=name, exact=True)

    def glass(self, name: str) -> FrameLocator:
        """Return the content of one person's frame."""
        return self.seat(name).frame_locator("iframe")

    def fault(self, name: str, fault: str) -> Locator:
        """Return a toggle of one person."""
        return self.seat(name).get_by_role("button", name=re.compile(f"^{fault}"))

    def condition(self, name: str) -> Locator:
        """Return the words beside a person's name."""
        return self.seat(name).locator(".condition")

    @property
    def wire(self) -> Locator:
        """The rows of the wire, newest first."""
        return self.page.locator("#frames > li")

    @property
    def log(self) -> Locator:
        """The lines of the server's log."""
        return self.page.locator("#lines > li")

    @property
    def next(self) -> Locator:
        """The button that plays the next act."""
        return self.page.locator("#next")

    @property
    def acts(self) -> Locator:
        """The place of caption and buttons; its classes tell the phase."""
        return self.page.locator("footer.acts")

    async def choose_pace(self, name: str) -> None:
        """Choose how fast pointer and typing are."""
        await self.page.get_by_role("button", name="Settings").click()
        await self.page.get_by_label("Pointer and typing").select_option(label=name)
        await self.page.keyboard.press("Escape")

    async def choose_manner(self) -> None:
        """Choose the default settings."""
        await self.page.get_by_role("button", name="Settings").click()
        await self.page.get_by_label("Pointer and typing").select_option(label="normal")
        await self.page.get_by_label("Delay of a link").select_option("1.0")
        await self.page.keyboard.press("Escape")

    async def bring_on(self, state: str) -> None:
        """Choose a state, and wait until it is there, fresh."""
        seats = await self.page.locator(".seat").evaluate_all("all => all.map(one => one.id)")
        await self.page.get_by_role("button", name="Chapter on the stage").click()
        chosen = self.page.locator(f"#state-{state}")
        await chosen.click()
        # The people of before have gone, also if the same state was chosen again.
        for seat in seats:
            await expect(self.page.locator(f"#{seat}")).to_have_count(0, timeout=60_000)
        await expect(chosen).to_have_attribute("aria-current", "true")
        await self.settled()

    async def play(self, seconds: float = 60) -> str:
        """Play the next act to its end. Return its caption.

        Raises:
            AssertionError: if it fails; the message says why.
        """
        before = await self.page.locator(".count .number").inner_text()
        await self.next.click()
        await expect(self.page.locator(".count .number")).not_to_have_text(before)
        over = re.compile(r"\b(waiting|stuck|done|failed)\b")
        await expect(self.acts).to_have_class(over, timeout=seconds * 1000)
        caption = await self.page.locator(".caption").inner_text()
        classes = await self.acts.get_attribute("class") or ""
        assert "failed" not in classes and "stuck" not in classes, caption
        return caption

    @property
    async def over(self) -> bool:
        """Whether the demo has been played to its end."""
        return "done" in (await self.acts.get_attribute("class") or "")

    async def screenshot(self, path: Path) -> None:
        """Take a screenshot of the page."""
        await self.page.screenshot(path=path)


class Staged(StagePage):
    """The page of a stage that a command has started."""

    def __init__(self, page: Page, command: StageCommand) -> None:
        super().__init__(page)
        self.command = command

    @classmethod
    async def open(
        cls,
        browser: Browser,
        command: StageCommand,
        width: int = 1280,
        height: int = 720,
        state: str | None = None,
    ) -> Staged:
        """Open the stage and wait until its people are there; with a ``state``, fresh ones."""
        context = await browser.new_context(viewport={"width": width, "height": height})
        page = await context.new_page()
        staged = cls(page, command)
        await page.goto(command.address)
        if state is None:
            await staged.settled()
        else:
            await expect(page.locator("#starting, #not-leading")).to_have_count(0, timeout=60_000)
            await staged.choose_manner()
            await staged.bring_on(state)
        return staged


class Backstage(StagePage):
    """The page of a stage in this process, so that a test can see behind it."""

    def __init__(self, stage: Stage, page: Page) -> None:
        super().__init__(page)
        self.stage = stage

    def actor(self, name: str) -> Actor:
        """Return a person on the stage."""
        actor = self.stage.actor(name)
        assert actor is not None
        return actor

"""More events than are allowed, in a real browser: nothing typed is lost, and the page goes on."""

from __future__ import annotations

from typing import Any

from engine.browser.site import Serve, make_app
from playwright.async_api import expect
from support.clock import LoopClock

from quart_live import LiveView

SCRIPT = """
window.told = 0; window.addEventListener("phx:live:too-many-events", () => window.told++);
options.hooks = {Pushing: {mounted() {
  this.el.addEventListener("click", () => this.pushEvent("count", {})
    .then(() => this.el.textContent = "done", () => this.el.textContent = "refused"));
}}};
"""


class FloodedLive(LiveView):
    inline_template = """
        <h1>{{ count }}</h1><button id="one" phx-click="count">One</button>
        <button id="hook" phx-hook="Pushing" phx-update="ignore">Hook</button>
        <form id="form" phx-change="type" phx-submit="save"><textarea name="text" id="text">
{{ text }}</textarea>
          <button id="save">Save</button></form><p id="saved">{{ saved }}</p>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0, text="", saved="")

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "count":
            self.assign(count=self.assigns.count + 1)
        elif event == "type":
            self.assign(text=params["text"])
        elif event == "save":
            self.assign(saved=params["text"])

    def handle_info(self, message: Any) -> None:
        self.assign(count=self.assigns.count + 1)


async def test_a_form_that_is_one_event_too_many_keeps_its_text_and_can_be_sent_again(serve: Serve) -> None:
    app = make_app({"/": FloodedLive}, script=SCRIPT)
    app.config.update(LIVE_EVENT_RATE=0.005, LIVE_EVENT_BURST=6, LIVE_IDLE_TIMEOUT=3600)
    site = await serve(app)
    page = await site.open("/")
    await page.fill("#text", "a long letter")
    for number in range(1, 6):
        await page.click("#one")
        await expect(page.locator("h1")).to_have_text(str(number))
    await page.click("#save")
    await page.wait_for_function("window.told === 1")
    await page.click("#hook")
    await expect(page.locator("#hook")).to_have_text("refused")
    await expect(page.locator("#text")).to_have_value("a long letter")
    await expect(page.locator("#text")).to_be_editable()
    await expect(page.locator("#saved")).to_have_text("")
    await page.fill("#text", "a longer letter")  # this change is one too many as well
    await page.focus("#one")
    (channel,) = site.live.channels
    assert channel.view is not None
    channel.view.send_self("tick")
    await expect(page.locator("h1")).to_have_text("6")
    await expect(page.locator("#text")).to_have_value("a longer letter")
    LoopClock().advance(6 / 0.005)  # a while later
    await page.locator("#text").press_sequentially("!")
    await page.click("#save")
    await expect(page.locator("#saved")).to_have_text("a longer letter!")
    assert await page.evaluate("window.told") == 1
    assert len(site.problems) == 1, site.problems  # of the change; the hook's promise has told the hook
    site.problems.clear()

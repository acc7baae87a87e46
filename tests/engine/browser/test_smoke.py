"""The browser fixtures themselves: a page comes alive, loses its connection for real, and comes back."""

from __future__ import annotations

from typing import Any

from engine.browser.site import Serve
from playwright.async_api import expect

from quart_live import LiveView


class CounterLive(LiveView):
    inline_template = '<h1>{{ count }}</h1><button phx-click="more">More</button>'

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0)

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(count=self.assigns.count + 1)


async def test_a_page_loses_its_connection_and_comes_back(serve: Serve) -> None:
    site = await serve({"/": CounterLive})
    page = await site.open()
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    site.link.cut()
    await site.disconnected(page)
    await site.link.fix()
    await site.connected(page)
    await expect(page.locator("h1")).to_have_text("0")  # a new view: it was mounted again
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    site.problems.clear()  # the failed attempts to connect

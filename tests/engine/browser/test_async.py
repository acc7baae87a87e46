"""Slow work in a real browser: the page is there at once and usable, the result comes by itself."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from engine.browser.conftest import Serve
from playwright.async_api import expect

from quart_live import AsyncResult, LiveView


class OrgLive(LiveView):
    inline_template = """
        <h1>{% if org.ok %}{{ org.result }}{% elif org.loading %}Loading{% else %}Sorry{% endif %}</h1>
        <button phx-click="more">{{ count }}</button><a phx-click="again">Again</a>
        <p>{{ job }}</p>
        <ul id="items" phx-update="stream">{% for dom_id, item in streams.items %}
          <li id="{{ dom_id }}">{{ item.id }}</li>{% endfor %}</ul>"""
    ways: ClassVar[list[asyncio.Future[str]]] = []

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0, job="")
        self.assign_async("org", self.fetch)
        self.stream_async("items", asyncio.sleep(0, [{"id": 1}, {"id": 2}]))

    async def fetch(self) -> str:
        way: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.ways.append(way)
        return await way

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "more":
            self.assign(count=self.assigns.count + 1)
            self.start_async("job", lambda: "done in a thread")
        else:
            self.assign_async("org", self.fetch, reset=True)

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        self.assign(job=result.result)


async def test_loading_ok_failed_and_gone(serve: Serve) -> None:
    OrgLive.ways.clear()
    site = await serve({"/": OrgLive})
    page = await site.open()
    heading = page.locator("h1")
    await expect(heading).to_have_text("Loading")
    await expect(page.locator("li")).to_have_text(["1", "2"])
    await page.click("button")  # the view is free meanwhile
    await expect(page.locator("button")).to_have_text("1")
    await expect(page.locator("p")).to_have_text("done in a thread")
    OrgLive.ways[0].set_result("Parley")
    await expect(heading).to_have_text("Parley")
    await page.click("a")
    await expect(heading).to_have_text("Loading")
    OrgLive.ways[1].set_exception(OSError("no route"))
    await expect(heading).to_have_text("Sorry")
    await page.click("a")
    await expect(heading).to_have_text("Loading")
    (channel,) = site.live.channels
    await page.close()
    await channel.ended()
    assert OrgLive.ways[2].cancelled()

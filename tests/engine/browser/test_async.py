"""Slow work in a real browser: the page is there at once and usable, the result comes by itself."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from engine.browser.site import Serve
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


class JobsLive(LiveView):
    """Work that can be cancelled, and a stream that is filled anew."""

    inline_template = """<h1>{% if org.loading %}Loading{% elif org.failed %}{{ org.failed }}{% endif %}</h1>
        <p>{{ job }}</p><ul id="items" phx-update="stream">{% for dom_id, item in streams.items %}
          <li id="{{ dom_id }}">{{ item.id }}</li>{% endfor %}</ul>
        <b>{% if items.loading %}filling{% elif items.ok %}filled{% endif %}</b>
        <button phx-click="cancel">cancel</button><button phx-click="refill">refill</button>"""
    gate: ClassVar[asyncio.Event]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(job="")
        self.assign_async("org", asyncio.Event().wait)
        self.start_async("job", asyncio.Event().wait)
        self.stream_async("items", asyncio.sleep(0, [{"id": 1}, {"id": 2}]))

    async def refill(self) -> list[dict[str, int]]:
        await type(self).gate.wait()
        return [{"id": 3}]

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "refill":
            self.stream_async("items", self.refill, reset=True)
        else:
            self.cancel_async("org", "no longer wanted")
            self.cancel_async("job")

    async def handle_async(self, name: str, result: AsyncResult) -> None:
        self.assign(job=f"{name}: {type(result.failed).__name__}")


async def test_cancelled_and_filled_anew(serve: Serve) -> None:
    JobsLive.gate = asyncio.Event()
    site = await serve({"/": JobsLive})
    page = await site.open()
    await expect(page.locator("li")).to_have_text(["1", "2"])
    await expect(page.locator("h1")).to_have_text("Loading")
    await page.get_by_role("button", name="cancel").click()
    await expect(page.locator("h1")).to_have_text("no longer wanted")
    await expect(page.locator("p")).to_have_text("job: AsyncCancelled")
    await page.get_by_role("button", name="refill").click()
    await expect(page.locator("b")).to_have_text("filling")
    JobsLive.gate.set()
    await expect(page.locator("b")).to_have_text("filled")
    await expect(page.locator("li")).to_have_text(["3"])

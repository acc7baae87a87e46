"""Running it: what telemetry tells of a page, a server that stops, a browser that reads nothing."""

from __future__ import annotations

import asyncio
import importlib
from collections import Counter
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from engine.browser.site import Serve, make_app
from playwright.async_api import expect
from support.readme import blocks

from quart_live import Envelope, LiveView


class WorkLive(LiveView):
    """Counts; gets large messages."""

    inline_template = """<h1>{{ count }}</h1><button phx-click="more">More</button>
        <pre hidden>{{ filler }}</pre><a id="there" {{ live_patch("/?page=2") }}>There</a>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0, filler="")

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(count=self.assigns.count + 1)

    def handle_info(self, message: str) -> None:
        self.assign(filler=message)


async def test_telemetry_of_a_page(serve: Serve) -> None:
    app = make_app({"/": WorkLive})
    site = await serve(app)
    told: list[tuple[str, Mapping[str, float], Mapping[str, Any]]] = []
    site.live.telemetry.attach("*", lambda *event: told.append(event))
    page = await site.open()
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    await page.click("#there")
    await expect(page).to_have_url(f"{site.address}/?page=2")
    (channel,) = site.live.channels
    assert channel.view is not None
    channel.view.send_self("x" * 1000)
    await expect(page.locator("pre")).to_have_text("x" * 1000)
    await page.close()
    await channel.ended()
    counted = Counter(name for name, _, _ in told)
    assert counted["live_view.mount.stop"] == 2, "for the page and for the socket"
    for name, times in {"handle_params": 3, "handle_event": 1, "handle_info": 1, "join": 1}.items():
        prefix = f"live_view.{name}"
        spans = [measured["duration"] for event, measured, _ in told if event == f"{prefix}.stop"]
        assert len(spans) == times and all(0 < seconds < 10 for seconds in spans), name
    assert [data["kind"] for name, _, data in told if name == "live_view.render.stop"][:2] == ["page", "join"]
    frames = [measured["bytes"] for name, measured, _ in told if name == "live_view.frame"]
    assert max(frames) > 1000 and len(frames) == 4, "join, event, patch, message"
    assert counted["live_socket.open"] == counted["live_socket.close"] == counted["live_view.end"] == 1


async def test_a_server_that_stops_and_the_next_one(serve: Serve) -> None:
    """A deploy: pages go over to the new server by themselves; nothing is loaded again."""
    old, new = await serve({"/": WorkLive}), await serve({"/": WorkLive})
    page = await old.open()
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    await page.evaluate("""() => {
        window.same = true
        liveSocket.getSocket().onClose((event) => { window.closeCode = event.code })
    }""")
    old.link.server_port = new.link.server_port
    await old.stop()
    await page.wait_for_function("window.closeCode === 1012")
    await expect(page.locator("h1")).to_have_text("0")
    await old.connected(page)
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    assert await page.evaluate("window.same")
    assert (len(old.live.channels), len(new.live.channels)) == (0, 1)
    old.problems.clear()


async def test_a_browser_that_reads_nothing_is_cut_off_and_comes_back(serve: Serve) -> None:
    app = make_app({"/": WorkLive})
    app.config.update(LIVE_SEND_TIMEOUT=0.3, LIVE_LEAVE_TIMEOUT=0.5)
    site, reading = await serve(app), await serve({"/": WorkLive})
    reading.link.server_port = site.link.server_port
    other, page = await reading.open(), await site.open()
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    (channel,) = [each for each in site.live.channels if each.view and each.view.assigns.count == 1]
    site.link.hang()
    numbers = count()
    async with asyncio.timeout(30):
        while channel.browser in site.live.sockets:
            if not channel.mailbox.busy:
                channel.mailbox.post(Envelope(f"{next(numbers)} " + "x" * 1_000_000))
            await asyncio.sleep(0)
    await channel.ended()
    await other.click("button")
    await expect(other.locator("h1")).to_have_text("1")
    assert len(site.live.sockets) == 1
    site.link.cut()  # what is still under way in the link would only come late
    await site.link.fix()
    await expect(page.locator("h1")).to_have_text("0")
    await site.connected(page)
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    site.problems.clear()


async def test_the_readmes_app(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "readme_room.py").write_text(blocks()[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    site = await serve(importlib.import_module("readme_room").app)
    ann, bob = await site.open(), await site.open()
    for page, text in ((ann, "Hello"), (bob, "<i>Hi</i>")):
        await page.get_by_label("Message").fill(text)
        await page.get_by_role("button", name="Send").click()
        for each in (ann, bob):
            await expect(each.locator("li").last).to_have_text(text)
    await expect(ann.locator("li")).to_have_count(2)

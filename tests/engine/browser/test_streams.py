"""Streams in a real browser: it shows what it shows with Phoenix, and keeps what we have forgotten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.browser.conftest import Serve
from engine.stream_views import BranchLive, RowsLive, row
from playwright.async_api import Page, expect

RECORDED = json.loads(
    (Path(__file__).parents[1] / "golden" / "browser_streams.json").read_text(encoding="utf-8")
)

PUSH = """([event, value]) => {
    const element = document.querySelector("[data-phx-main] *");
    liveSocket.execJS(element, JSON.stringify([["push", {event, value}]]));
}"""
SHOWS = """([list, wanted]) => {
    const items = [...document.querySelectorAll(`#${list} > li`)].map((li) => `${li.id} ${li.textContent}`);
    return JSON.stringify(items) === JSON.stringify(wanted);
}"""


async def shows(page: Page, selector: str, items: list[str]) -> None:
    """Wait until the list has these items, in this order."""
    await page.wait_for_function(SHOWS, arg=[selector, items])


async def test_every_operation_as_recorded(serve: Serve) -> None:
    site = await serve({"/": RowsLive})
    page = await site.open("/")
    for step in RECORDED:
        if step["event"] == "reconnect":
            site.link.cut()
            await site.disconnected(page)
            await site.link.mend()
            await site.connected(page)
        else:
            await page.evaluate(PUSH, [step["event"], step["params"]])
        await shows(page, "rows", step["rows"])
        await shows(page, "other", step["other"])
    site.problems.clear()  # the browser complains of the connection that was cut


async def test_positions_moves_and_broadcasts(serve: Serve) -> None:
    site = await serve({"/": RowsLive})
    page, other = await site.open("/"), await site.open("/")
    await page.evaluate(PUSH, ["at", {"id": 9, "at": 1}])
    await shows(page, "rows", ["rows-1 row 1", "rows-9 at 1", "rows-2 row 2two", "rows-3 row 3"])
    await page.evaluate(PUSH, ["move", {"id": 3}])
    await shows(page, "rows", ["rows-3 moved", "rows-1 row 1", "rows-9 at 1", "rows-2 row 2two"])
    await page.evaluate(PUSH, ["keep", {"id": 4, "limit": 2}])
    await shows(page, "rows", ["rows-4 kept", "rows-3 moved"])
    await site.live.pubsub.broadcast("rows", row(5, "<b>for all</b>"))
    await shows(page, "rows", ["rows-4 kept", "rows-3 moved", "rows-5 <b>for all</b>"])
    await shows(other, "rows", ["rows-1 row 1", "rows-2 row 2two", "rows-3 row 3", "rows-5 <b>for all</b>"])


async def test_streams_in_branches_and_loops(serve: Serve) -> None:
    site = await serve({"/": BranchLive})
    page = await site.open("/")
    await page.evaluate(PUSH, ["insert", {"into": "b", "id": 2, "t": "b 2"}])
    await page.evaluate(PUSH, ["rooms", {"names": ["b", "items"]}])
    await expect(page.locator("section")).to_have_text(["b 1b 2", "items 1"])
    await page.evaluate(PUSH, ["toggle", {}])
    await expect(page.locator("#rows")).to_have_count(0)
    await page.evaluate(PUSH, ["toggle", {}])
    await page.evaluate(PUSH, ["insert", {"into": "rows", "id": 3, "t": "rows 3"}])
    await shows(page, "rows", ["rows-3 rows 3"])


def test_the_recording_has_all_operations() -> None:
    events: list[Any] = [step["event"] for step in RECORDED]
    wanted = {
        "append",
        "at0",
        "update",
        "limit",
        "delete",
        "both",
        "many",
        "reset",
        "reset_empty",
        "reconnect",
    }
    assert wanted <= set(events)

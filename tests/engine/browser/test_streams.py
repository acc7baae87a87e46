"""Streams in a real browser: it shows what it shows with Phoenix, and keeps what we have forgotten."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

from engine.browser.site import Serve
from engine.view.stream_views import BranchLive, RowsLive, row
from playwright.async_api import Page, expect

from quart_live import LiveComponent, LiveView

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
            await site.link.fix()
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


class RoomComponent(LiveComponent):
    """An item of a stream that has a stream."""

    inline_template = """<section id="room-{{ id }}"><h2>{{ name }}</h2>
        <ul id="messages-{{ id }}" phx-update="stream">{% for dom_id, m in streams.messages %}
          <li id="{{ dom_id }}">{{ m.text }}</li>{% endfor %}</ul>
        <button phx-click="say" phx-target="{{ myself }}">Say {{ id }}</button></section>"""

    async def mount(self) -> None:
        self.stream("messages", [], dom_id=lambda m: f"room-{self.id}-{m['id']}")

    async def handle_event(self, event: str, params: Any) -> None:
        self.stream_insert("messages", {"id": next(NUMBERS), "text": f"{self.id} says"}, at=0, limit=2)


class RoomsLive(LiveView):
    """A stream of rooms, each with a stream of messages."""

    inline_template = """<div id="rooms" phx-update="stream">{% for dom_id, room in streams.rooms %}
        <div id="{{ dom_id }}">{{ live_component("room", id=room.id, name=room.name) }}</div>
        {% endfor %}</div>
        <button phx-click="add">Add</button><button phx-click="rename">Rename</button>
        <button phx-click="close">Close</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.stream("rooms", [{"id": 1, "name": "one"}])

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "close":
            self.stream_delete("rooms", {"id": 1})
        else:
            number, name = (2, "two") if event == "add" else (1, "renamed")
            self.stream_insert("rooms", {"id": number, "name": name}, at=0)


NUMBERS = count(1)


async def test_streams_in_the_items_of_a_stream(serve: Serve) -> None:
    site = await serve({"/": RoomsLive})
    page = await site.open("/")

    async def press(name: str) -> None:
        await page.get_by_role("button", name=name, exact=True).click()

    await press("Say 1")
    await expect(page.locator("#messages-1 li")).to_have_text(["1 says"])
    await press("Add")
    await press("Say 2")
    await expect(page.locator("#messages-2 li")).to_have_text(["2 says"])
    await press("Rename")
    await expect(page.locator("#room-1 h2")).to_have_text("renamed")
    await expect(page.locator("#messages-1 li")).to_have_text(
        ["1 says"]
    )  # what we have forgotten is still there
    for _ in range(2):
        await press("Say 1")
        await page.wait_for_function("!document.querySelector('[data-phx-ref-src]')")
    await expect(page.locator("#messages-1 li")).to_have_count(2)
    await press("Close")
    await expect(page.locator("#room-1")).to_have_count(0)
    await press("Say 2")
    await expect(page.locator("#messages-2 li")).to_have_text(["2 says", "2 says"])


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

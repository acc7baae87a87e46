"""Live components in a real browser: events, removal and return, stream items, state in the page."""

from __future__ import annotations

import json
from typing import Any

from engine.browser.site import Serve, Site
from playwright.async_api import Page, WebSocket, expect

from quart_live import LiveComponent, LiveView, UploadedFile, UploadEntry


class InnerComponent(LiveComponent):
    """Stands inside a card."""

    inline_template = '<em id="inner-{{ id }}">{{ n }}</em>'


class CardComponent(LiveComponent):
    """Counts clicks and keeps what is typed."""

    inline_template = """<article id="card-{{ id }}">
        <h2>{{ title }}: {{ n }}</h2>{{ live_component("inner", id=id, n=n) }}
        <button phx-click="more" phx-target="{{ myself }}">More {{ id }}</button>
        <button phx-click="more" phx-target="article">All</button>
        <form phx-change="typed" phx-target="#card-{{ id }}"><input name="text" value="{{ text }}"></form>
        <output>{{ text }}</output></article>"""

    async def mount(self) -> None:
        self.assign(n=0, text="")

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "more":
            self.assign(n=self.assigns.n + 1)
        else:
            self.assign(text=params["text"])


class CardsLive(LiveView):
    """One card in a branch, others in a stream."""

    inline_template = """<h1>{{ title }}</h1>
        {% if show %}<div id="branch">{{ live_component("card", id="x", title=title) }}</div>{% endif %}
        <ul id="cards" phx-update="stream">{% for dom_id, card in streams.cards %}
          <li id="{{ dom_id }}">{{ live_component("card", id=card.id, title=card.title) }}</li>
        {% endfor %}</ul>
        {% for name in ["show", "title", "add", "change", "drop", "send"] %}
        <button phx-click="{{ name }}">{{ name }}</button>{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(title="one", show=True)
        self.stream("cards", [{"id": 1, "title": "first"}])

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "show":
                self.assign(show=not self.assigns.show)
            case "title":
                self.assign(title="two")
            case "add":
                self.stream_insert("cards", {"id": 2, "title": "second"}, at=0)
            case "change":
                self.stream_insert("cards", {"id": 1, "title": "changed"})
            case "drop":
                self.stream_delete("cards", {"id": 1})
            case "send":
                self.send_update(CardComponent, id=1, title="sent")


async def open_cards(serve: Serve) -> tuple[Site, Page, list[str]]:
    """The page, and the frames it gets from then on."""
    site = await serve({"/": CardsLive})
    frames: list[str] = []

    def listen(websocket: WebSocket) -> None:
        websocket.on("framereceived", lambda data: frames.append(str(data)))

    site.context.on("page", lambda page: page.on("websocket", listen))
    page = await site.open("/")
    return site, page, frames


def press(page: Page, name: str) -> Any:
    """Click a button by its name."""
    return page.get_by_role("button", name=name, exact=True).click()


def removed(frames: list[str]) -> list[Any]:
    """The cids that the server has confirmed as gone."""
    payloads = [json.loads(text)[4] for text in frames]
    return [payload["response"]["cids"] for payload in payloads if "cids" in payload.get("response", {})]


async def kept(site: Site) -> int:
    """Return the number of components on the server."""
    (channel,) = site.live.channels
    return len(channel.joined()[1].components.table)


async def test_events_by_cid_and_selector(serve: Serve) -> None:
    _, page, frames = await open_cards(serve)
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("one: 1")
    assert json.loads(frames[-1])[4]["response"]["diff"].keys() == {"c"}
    await expect(page.locator("#inner-x")).to_have_text("1")
    await page.locator("#card-1").get_by_role("button", name="All").click()
    await expect(page.locator("#card-x h2")).to_have_text("one: 2")
    await expect(page.locator("#card-1 h2")).to_have_text("first: 1")
    await page.locator("#card-x input").fill("hello")
    await expect(page.locator("#card-x output")).to_have_text("hello")
    await press(page, "title")
    await expect(page.locator("#card-x h2")).to_have_text("two: 2")
    await expect(page.locator("#card-x input")).to_have_value("hello")


async def test_stream_items(serve: Serve) -> None:
    site, page, frames = await open_cards(serve)
    await press(page, "More 1")
    await press(page, "add")
    await press(page, "More 2")
    await expect(page.locator("#cards h2")).to_have_text(["second: 1", "first: 1"])
    await press(page, "title")
    await press(page, "More 1")
    await expect(page.locator("#cards h2")).to_have_text(["second: 1", "first: 2"])
    await press(page, "change")
    await expect(page.locator("#card-1 h2")).to_have_text("changed: 2")
    await press(page, "send")
    await expect(page.locator("#card-1 h2")).to_have_text("sent: 2")
    assert await kept(site) == 6
    await press(page, "drop")
    await expect(page.locator("#card-1")).to_have_count(0)
    await page.wait_for_function("Object.keys(liveSocket.main.rendered.get().c).length === 4")
    assert await kept(site) == 4 and len(removed(frames)) == 1


async def test_removal_and_a_new_one(serve: Serve) -> None:
    site, page, frames = await open_cards(serve)
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("one: 1")
    await press(page, "show")
    await page.wait_for_function("Object.keys(liveSocket.main.rendered.get().c).length === 2")
    assert removed(frames) == [[1, 3]] or sorted(removed(frames)[0]) == sorted([1, 3])
    assert await kept(site) == 2
    await press(page, "show")
    await expect(page.locator("#card-x h2")).to_have_text("one: 0")
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("one: 1")


async def test_revival_between_the_two_steps(serve: Serve) -> None:
    """Shown again while the browser's report of the removal is on its way: the state is still there."""
    site, page, frames = await open_cards(serve)
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("one: 1")
    # Both clicks are handled before the first report arrives.
    await page.evaluate(
        """() => {
            const button = [...document.querySelectorAll("button")].find((b) => b.textContent === "show");
            const push = JSON.stringify([["push", {event: "show"}]]);
            liveSocket.execJS(button, push); liveSocket.execJS(document.querySelector("h1"), push);
        }"""
    )
    await press(page, "title")
    await expect(page.locator("#card-x h2")).to_have_text("two: 1")
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("two: 2")
    await expect(page.locator("#inner-x")).to_have_text("2")
    assert removed(frames) == [] and await kept(site) == 4


async def test_reconnect_begins_anew(serve: Serve) -> None:
    site, page, _ = await open_cards(serve)
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("one: 1")
    site.link.cut()
    await site.disconnected(page)
    await site.link.fix()
    await site.connected(page)
    site.problems.clear()  # attempts to connect while the link was cut
    await expect(page.locator("#card-x h2")).to_have_text("one: 0")
    await press(page, "More x")
    await expect(page.locator("#card-x h2")).to_have_text("one: 1")
    assert await kept(site) == 4


class TileComponent(LiveComponent):
    """Is updated with all others of its kind, goes places, and takes files."""

    inline_template = """<div id="tile-{{ id }}"><b>{{ label }}</b> <i>{{ together }}</i> {{ flash.info }}
        <button phx-click="go" phx-target="{{ myself }}">Go {{ id }}</button>
        <button phx-click="later" phx-target="{{ myself }}">Later {{ id }}</button>
        <form id="up-{{ id }}" phx-change="validate" phx-submit="keep" phx-target="{{ myself }}">
          {{ live_file_input(uploads.doc, aria_label="File") }}<button>Keep {{ id }}</button></form>
        <output>{{ kept }}</output></div>"""

    async def mount(self) -> None:
        self.assign(kept="")
        self.allow_upload("doc", accept="any")

    @classmethod
    async def update_many(cls, updates: Any) -> None:
        for component, assigns in updates:
            component.assign(**assigns, together=len(updates))

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "go":
                self.put_flash("info", f"sent by {self.id}")
                self.push_patch(f"/?from={self.id}")
            case "later":
                self.send_update_after(self.myself, 0.01, label="late")
            case "keep":
                self.assign(kept=", ".join(await self.consume_uploaded_entries("doc", self.keep)))

    def keep(self, file: UploadedFile, entry: UploadEntry) -> str:
        return f"{entry.client_name}:{file.path.read_text()}"


class TilesLive(LiveView):
    inline_template = """<h1>{{ come }}</h1><p id="flash">{{ flash.info }}</p>
        {% for id in ids %}{{ live_component("tile", id=id, label="tile " ~ id) }}{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(ids=[1, 2, 3])

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(come=params.get("from", "nowhere"))


async def test_components_go_places_take_files_and_are_updated_together(serve: Serve) -> None:
    site = await serve({"/": TilesLive})
    page = await site.open("/")
    await expect(page.locator("i")).to_have_text(["3", "3", "3"])
    await press(page, "Later 1")
    await expect(page.locator("#tile-1 b")).to_have_text("late")
    await expect(page.locator("i")).to_have_text(["1", "3", "3"])
    await press(page, "Go 2")
    await expect(page.locator("h1")).to_have_text("2")
    await expect(page).to_have_url(f"{site.address}/?from=2")
    await expect(page.locator("#flash")).to_have_text("sent by 2")
    for number, content in ((3, b"three"), (1, b"one")):
        await page.locator(f"#tile-{number} input").set_input_files(
            {"name": f"{number}.txt", "mimeType": "text/plain", "buffer": content}
        )
        await press(page, f"Keep {number}")
        await expect(page.locator(f"#tile-{number} output")).to_have_text(f"{number}.txt:{content.decode()}")
    await expect(page.locator("#tile-2 output")).to_have_text("")

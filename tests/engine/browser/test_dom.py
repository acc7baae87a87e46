"""What the client does with the page around patches: scrolling, portals, focus, scripts, events before."""

from __future__ import annotations

from typing import Any

from engine.browser.site import Serve, make_app
from playwright.async_api import expect

from quart_live import LiveView

PAGE = 20


class FeedLive(LiveView):
    """The documentation's endless list: a window of three pages of the feed is in the browser."""

    inline_template = """<style>#box { height: 300px; overflow-y: auto } #feed > li { height: 40px }</style>
        <p id="page">{{ page }}</p><p id="overran">{{ overran }}</p>
        <div id="box"><ul id="feed" phx-update="stream" style="padding-top: {{ 600 if page > 1 else 0 }}px"
          {% if page > 1 %}phx-viewport-top="prev"{% endif %}
          {% if not last %}phx-viewport-bottom="next"{% endif %}>
          {% for dom_id, item in streams.items %}<li id="{{ dom_id }}">{{ item.id }}</li>{% endfor %}
        </ul></div>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(page=1, last=False, overran=0)
        self.stream("items", self.items(1))

    def items(self, page: int) -> list[dict[str, int]]:
        return [{"id": number} for number in range((page - 1) * PAGE, page * PAGE)]

    async def handle_event(self, event: str, params: Any) -> None:
        if params.get("_overran"):
            self.assign(page=1, last=False, overran=self.assigns.overran + 1)
            self.stream("items", self.items(1), reset=True)
        elif event == "next":
            page = self.assigns.page + 1
            self.assign(page=page, last=page == 6)
            self.stream("items", self.items(page), at=-1, limit=-3 * PAGE)
        elif self.assigns.page > 1:
            page = self.assigns.page - 1
            self.assign(page=page, last=False)
            first = max(1, page - 2)
            self.stream("items", reversed(self.items(first)), at=0, limit=3 * PAGE)


# Scrolls to and fro, as one does who wants to see more, until the condition holds.
SCROLL = """([to, from, wanted]) => {
    const box = document.querySelector("#box"), page = Number(document.querySelector("#page").textContent)
    if (eval(wanted)) return true
    window.forth = !window.forth
    box.scrollTo(0, (window.forth ? to : from) ?? box.scrollHeight)
    return false
}"""
# Three pages are there, of which this is the last.
WINDOW = """() => {
    const page = Number(document.querySelector("#page").textContent)
    const items = [...document.querySelectorAll("#feed > li")].map((item) => Number(item.textContent))
    return items.length === 60 && items.every((number, index) => number === (page - 3) * 20 + index)
}"""


async def test_scrolling_through_a_long_list(serve: Serve) -> None:
    site = await serve({"/": FeedLive})
    page = await site.open()
    items = page.locator("#feed > li")
    await expect(items).to_have_count(20)
    await page.wait_for_function(SCROLL, arg=[None, 1000, "page === 6"])
    await expect(items.last).to_have_text("119")
    await page.wait_for_function(WINDOW)  # what is far above is not kept
    assert await page.eval_on_selector("#feed", "feed => feed.getAttribute('phx-viewport-bottom')") is None
    await page.wait_for_function(SCROLL, arg=[590, 800, "page < 6"])
    await page.wait_for_function(WINDOW)  # nor what is far below
    await expect(page.locator("#overran")).to_have_text("0")
    await page.wait_for_function(SCROLL, arg=[0, 800, "page === 1"])  # past all that is there
    await expect(page.locator("#overran")).to_have_text("1")
    await expect(items).to_have_text([str(number) for number in range(20)])


class PortalLive(LiveView):
    """A dialog that is rendered here and shown at the end of the body."""

    inline_template = """<div id="here"><p id="n">{{ n }}</p>
        {% if shown %}<template id="portal" data-phx-portal="#elsewhere"><div id="dialog">
          <h2>{{ title }}</h2>
          <form id="rename" phx-change="rename"><input name="title" value="{{ title }}"></form>
          <button id="close" phx-click="close">Close</button></div></template>{% endif %}
        <button id="open" phx-click="open">Open</button></div>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=0, shown=False, title="Dialog")

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 1)
        if event == "rename":
            self.assign(title=params["title"])
        else:
            self.assign(shown=event == "open")


async def test_portals(serve: Serve) -> None:
    script = "document.body.insertAdjacentHTML('beforeend', '<aside id=elsewhere></aside>')"
    site = await serve(make_app({"/": PortalLive}, script=script))
    page = await site.open()
    await page.click("#open")
    await expect(page.locator("#elsewhere #dialog h2")).to_have_text("Dialog")
    await expect(page.locator("#here #dialog")).to_have_count(0)
    await page.fill("#rename input", "Renamed")
    await expect(page.locator("#elsewhere h2")).to_have_text("Renamed")
    site.link.cut()
    await site.disconnected(page)
    await site.link.fix()
    await site.connected(page)
    await expect(page.locator("#elsewhere #dialog")).to_have_count(0)  # a new view, in which it is not open
    await page.click("#open")
    await page.click("#close")
    await expect(page.locator("#elsewhere #dialog")).to_have_count(0)
    site.problems.clear()


class ModalLive(LiveView):
    """Focus stays inside; the focus wrap as Phoenix writes it."""

    inline_template = """<input id="before"><div id="modal" data-phx-hook="Phoenix.FocusWrap">
        <div id="modal-start" tabindex="0" aria-hidden="true"></div>
        <input id="first"><input id="last">
        <div id="modal-end" tabindex="0" aria-hidden="true"></div></div><input id="after">"""


async def test_focus_wrap(serve: Serve) -> None:
    site = await serve({"/": ModalLive})
    page = await site.open()
    await expect(page.locator("#first")).to_be_focused()
    for element in ("#last", "#first", "#last"):
        await page.keyboard.press("Tab")
        await expect(page.locator(element)).to_be_focused()
    await page.focus("#first")
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator("#last")).to_be_focused()


class ScriptLive(LiveView):
    """A hook that stands in the template beside its element, and one that comes with a patch."""

    inline_template = """<button id="more" phx-click="more">More</button>
        {% for name in names %}<script data-phx-runtime-hook="{{ name }}">
          window["phx_hook_{{ name }}"] = () => ({ mounted() { this.el.textContent = "{{ name }} is here" } })
        </script><p id="{{ name }}" phx-hook="{{ name }}"></p>{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(names=["one"])

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(names=["one", "two"])


async def test_hooks_beside_their_elements(serve: Serve) -> None:
    site = await serve({"/": ScriptLive})
    page = await site.open()
    await expect(page.locator("#one")).to_have_text("one is here")
    await page.click("#more")
    await expect(page.locator("#two")).to_have_text("two is here")


class RowsLive(LiveView):
    """A keyed list with inputs, and events that are told before the page changes."""

    inline_template = """<ol>{% for row in rows %}<li id="row-{{ row }}"><input value="{{ row }}"></li>
        {% endfor %}</ol><p id="n">{{ n }}</p>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(rows=[1, 2, 3], n=0)

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(rows=[*reversed(self.assigns.rows), 4], n=self.assigns.n + 1)
        self.push_event("told", {"when": "before"}, dispatch="before")
        self.push_event("told", {"when": "after"})


async def test_keyed_rows_keep_focus_and_events_come_before_or_after(serve: Serve) -> None:
    site = await serve({"/": RowsLive})
    page = await site.open()
    await page.evaluate("""() => {
        window.told = []
        addEventListener("phx:told", ({detail}) =>
          window.told.push(`${detail.when} ${document.querySelector("#n").textContent}`))
        window.second = document.querySelector("#row-2")
    }""")
    await page.focus("#row-2 input")
    await page.keyboard.type("x")
    push = (
        "() => liveSocket.execJS(document.querySelector('ol'), JSON.stringify([['push', {event: 'turn'}]]))"
    )
    await page.evaluate(push)
    await expect(page.locator("li")).to_have_count(4)
    ids = await page.eval_on_selector_all("li", "rows => rows.map(row => row.id)")
    assert ids == ["row-3", "row-2", "row-1", "row-4"]
    await expect(page.locator("#row-2 input")).to_be_focused()
    assert "x" in await page.locator("#row-2 input").input_value()
    assert await page.evaluate("window.second === document.querySelector('#row-2')"), "the same element"
    assert await page.evaluate("window.told") == ["before 0", "after 1"]


class MarkedLive(LiveView):
    """Parts that do not change, and one that does."""

    inline_template = """{% macro box(name, text) %}<div class="box {{ name }}">{{ text }}</div>{% endmacro %}
        {% macro bold(text) %}<b>{{ text }}</b>{% endmacro %}
        <button phx-click="more">More</button><output>{{ n }}</output>
        {% if on %}<div class="box branch">{{ on }}</div>{% endif %}
        {{ box("macro", on) }}
        {% for name in names %}
          {% if name %}<section class="box loop">{{ name }}</section>{% endif %}
        {% endfor %}
        {% if on %}<p id="{{ on }}" class="box named">{{ on }}</p>{% endif %}
        <textarea title="{{ bold(on) }}">{{ bold(on) }}</textarea>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=0, on="on", names=["a", "b"])

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 1)
        if self.assigns.n == 2:
            self.assign(on="changed", names=["a", "c"])


async def test_what_scripts_did_stays_in_parts_that_do_not_change(serve: Serve) -> None:
    site = await serve({"/": MarkedLive})
    page = await site.open("/")
    texts = "[...document.querySelectorAll('.box')].map((box) => box.textContent)"
    assert await page.evaluate(texts) == ["on", "on", "a", "b", "on"]
    await page.evaluate(
        "document.querySelectorAll('.box').forEach((box) => { box.append('!'); box.dataset.of = 'script' })"
    )
    await page.click("button")
    await expect(page.locator("output")).to_have_text("1")
    assert await page.evaluate(texts) == ["on!", "on!", "a!", "b!", "on!"]
    await expect(page.locator(".box[data-of=script]")).to_have_count(5)
    await page.click("button")
    await expect(page.locator("output")).to_have_text("2")
    assert await page.evaluate(texts) == ["changed", "changed", "a!", "c", "changed"]
    area = page.locator("textarea")
    await expect(area).to_have_attribute("title", "<b>changed</b>")
    assert "data-phx" not in await area.evaluate("(area) => area.outerHTML")

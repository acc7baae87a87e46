"""Every ``phx-…`` binding of the client's documentation, and what it asks of the server."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, ClassVar

from engine.browser.site import Serve, Site, make_app
from playwright.async_api import Page, expect

from quart_live import LiveComponent, LiveView

HEAD = """<p id="n">{{ n }}</p><p id="syncs">{{ syncs }}</p>
    <button id="sync" phx-click="sync">Sync</button>"""


class NotingLive(LiveView):
    """Notes its events; ``gate`` holds the handlers of those called slow."""

    gate: ClassVar[asyncio.Event]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.seen: list[tuple[str, Any]] = []
        self.assign(n=0, syncs=0, text="", shown=True)

    async def handle_event(self, event: str, params: Any) -> Any:
        if event == "sync":
            self.assign(syncs=self.assigns.syncs + 1)
            return None
        if event.startswith("slow"):
            await type(self).gate.wait()
        self.seen.append((event, params))
        self.assign(n=self.assigns.n + 1)
        if event == "text":
            self.assign(text=params["text"])
        elif event == "toggle":
            self.assign(shown=not self.assigns.shown)
        return None


async def opened(serve: Serve, view: type[NotingLive], script: str = "") -> tuple[Site, Page, Any]:
    """Site, page and view object; the page's clock stands still until a test lets it run."""
    NotingLive.gate = asyncio.Event()
    NotingLive.gate.set()
    site = await serve(make_app({"/": view}, script=script))
    page = await site.open()
    (channel,) = site.live.channels
    return site, page, channel.view


async def handled(page: Page, number: int) -> None:
    """Wait until the view has handled so many events."""
    await expect(page.locator("#n")).to_have_text(str(number))


async def names(page: Page, view: Any) -> list[str]:
    """The events until now: one more goes the same way behind them. The focus stays where it is."""
    syncs = view.assigns.syncs
    await page.eval_on_selector("#sync", "button => button.click()")
    await expect(page.locator("#syncs")).to_have_text(str(syncs + 1))
    return [event for event, _ in view.seen]


class KeysLive(NotingLive):
    inline_template = (
        HEAD
        + """<div phx-window-keydown="down" phx-window-keyup="up" phx-key="Escape"></div>
        <input id="one" phx-keydown="typed" phx-key="Enter" phx-value-from="one"
          phx-focus="in" phx-blur="out">
        <input id="two">
        <section id="menu" phx-click-away="away"><button phx-click="inside">In</button></section>
        <p id="outside">Outside</p>
        <input id="box" type="checkbox" value="yes" phx-click="ticked" phx-value-of="box">"""
    )


async def test_keys_focus_and_clicks_elsewhere(serve: Serve) -> None:
    _, page, view = await opened(serve, KeysLive)
    await page.focus("#one")
    await page.keyboard.press("a")
    await page.keyboard.press("Enter")
    await handled(page, 2)
    await page.focus("#two")
    await handled(page, 3)
    await page.keyboard.press("b")
    await page.keyboard.press("Escape")
    await handled(page, 5)
    await page.click("#menu button")
    await handled(page, 6)
    await page.click("#outside")
    await handled(page, 7)
    await page.click("#box")
    await handled(page, 9)
    assert [(event, params) for event, params in view.seen if event != "away"] == [
        ("in", {"value": "", "from": "one"}),
        ("typed", {"key": "Enter", "value": "a", "from": "one"}),
        ("out", {"value": "a", "from": "one"}),
        ("down", {"key": "Escape"}),
        ("up", {"key": "Escape"}),
        ("inside", {"value": ""}),
        ("ticked", {"of": "box", "value": "yes"}),
    ]
    assert [event for event, _ in view.seen].count("away") == 2


class RatesLive(NotingLive):
    inline_template = (
        HEAD
        + """<form phx-change="text" phx-submit="save">
          <input name="text" id="wait" value="{{ text }}" phx-debounce="200">
          <input name="other" id="leave" phx-debounce="blur">
          <button id="save">Save</button></form><p id="text">{{ text }}</p>
        <button id="once" phx-click="once" phx-throttle="1000">Once</button>
        <input id="keys" phx-keydown="key" phx-throttle="1000">"""
    )


async def test_debounce_and_throttle(serve: Serve) -> None:
    """The page's clock is in our hand: it stands still, but for the time that we let pass."""
    site = await serve(make_app({"/": RatesLive}))
    page = await site.context.new_page()
    await page.clock.install()
    await page.goto(site.address)
    await site.connected(page)
    await page.clock.pause_at(datetime.now() + timedelta(hours=1))
    (channel,) = site.live.channels
    view: Any = channel.view

    await page.focus("#wait")
    await page.keyboard.type("abc")
    await page.clock.run_for(150)
    await page.keyboard.type("d")
    await page.clock.run_for(150)
    assert await names(page, view) == []
    await page.clock.run_for(60)
    assert await names(page, view) == ["text"]
    assert view.seen[0][1]["text"] == "abcd"

    await page.focus("#leave")
    await page.keyboard.type("x")
    await page.clock.run_for(5000)
    assert await names(page, view) == ["text"]
    await page.focus("#once")
    assert await names(page, view) == ["text", "text"]
    assert view.seen[1][1]["_target"] == ["other"]

    await page.focus("#wait")
    await page.keyboard.type("e")
    await page.keyboard.press("Enter")  # a submit does not wait, and has all that the change would have said
    assert await names(page, view) == ["text", "text", "save"]
    assert view.seen[2][1]["text"] == "abcde"
    await page.clock.run_for(5000)
    view.seen.clear()

    for _ in range(3):
        await page.eval_on_selector("#once", "button => button.click()")
        await names(page, view)
    assert await names(page, view) == ["once"]
    await page.clock.run_for(1100)
    await page.eval_on_selector("#once", "button => button.click()")
    assert await names(page, view) == ["once", "once"]

    view.seen.clear()
    await page.focus("#keys")
    for key in "aab":  # another key is let through
        await page.keyboard.press(key)
        await names(page, view)
    assert [params["key"] for _, params in view.seen] == ["a", "b"]


class WaitingLive(NotingLive):
    inline_template = (
        HEAD
        + """<button id="slow" phx-click="slow" phx-disable-with="Wait">Go</button>
        <button id="load" phx-click="{{ JS.push('slow-load', loading='#part', page_loading=true) }}"
          >Load</button>
        <section id="part">Part</section>
        <form id="form" phx-change="slow-text"><input name="text" id="field" value="{{ n }}"></form>
        <p id="text">{{ text }}</p><button id="bump" phx-click="bump">Bump</button>"""
    )


async def test_elements_wait_for_their_answer(serve: Serve) -> None:
    """Loading classes, clicks that are ignored meanwhile, ``loading`` and ``page_loading`` of JS.push."""
    _, page, view = await opened(serve, WaitingLive)
    await page.evaluate("""() => {
        window.loadings = []
        for (const way of ["start", "stop"]) addEventListener(`phx:page-loading-${way}`, (event) => {
          window.loadings.push(`${way} ${event.detail.kind}`)
        })
    }""")
    NotingLive.gate.clear()
    await page.click("#slow")
    await expect(page.locator("#slow")).to_have_class("phx-click-loading")
    await expect(page.locator("#slow")).to_have_text("Wait")
    await page.eval_on_selector("#slow", "button => button.click()")  # ignored
    NotingLive.gate.set()
    await handled(page, 1)
    await expect(page.locator("#slow")).to_have_class("")
    await expect(page.locator("#slow")).to_have_text("Go")
    assert await names(page, view) == ["slow"]

    NotingLive.gate.clear()
    await page.click("#load")
    for element in ("#load", "#part"):
        await expect(page.locator(element)).to_have_class("phx-click-loading")
    assert await page.evaluate("window.loadings") == ["start element"]
    NotingLive.gate.set()
    await handled(page, 2)
    await expect(page.locator("#part")).to_have_class("")
    assert await page.evaluate("window.loadings") == ["start element", "stop element"]


async def test_what_is_typed_meanwhile_is_not_overwritten(serve: Serve) -> None:
    """The field is locked until its own change is answered; other diffs wait outside."""
    _, page, view = await opened(serve, WaitingLive)
    NotingLive.gate.clear()
    await page.focus("#field")
    await page.keyboard.type("1")
    await expect(page.locator("#field")).to_have_class("phx-change-loading")
    await page.evaluate("document.activeElement.blur()")
    NotingLive.gate.set()
    await handled(page, 1)
    await expect(page.locator("#field")).to_have_value("1")  # not focused, and no lock: what the server says
    await page.focus("#field")
    await page.keyboard.type("23")
    await handled(page, 3)
    await expect(page.locator("#field")).to_have_value("123")  # focused: what the user has typed
    await page.click("#bump")
    await handled(page, 4)
    await expect(page.locator("#field")).to_have_value("4")
    assert [event for event, _ in view.seen] == ["slow-text"] * 3 + ["bump"]


WATCH_TOAST = """() => {
  const look = () => {
    const toast = document.querySelector("#toast"), n = document.querySelector("#n").textContent
    return toast ? `${n} ${toast.className}`.trim() : `gone ${n}`
  }
  window.toasts = [look()]
  new MutationObserver(() => { if (look() !== window.toasts.at(-1)) window.toasts.push(look()) })
    .observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true})
}"""


class ChangingLive(NotingLive):
    inline_template = (
        HEAD
        + """{% if shown %}<div id="toast" phx-mounted="{{ JS.set_attribute('data-mounted', 'yes') }}"
          phx-remove="{{ JS.hide(transition=('fade', 'a', 'b'), time=200) }}">Toast {{ n }}</div>{% endif %}
        <div id="status" phx-connected="{{ JS.set_attribute('data-is', 'up') }}"
          phx-disconnected="{{ JS.set_attribute('data-is', 'down') }}"></div>
        <div id="kept" phx-update="ignore" data-n="{{ n }}" title="{{ n }}"><i>{{ n }}</i></div>
        <button id="toggle" phx-click="toggle">Toggle</button>"""
    )


async def test_mounted_removed_connected_and_ignored(serve: Serve) -> None:
    site, page, _ = await opened(serve, ChangingLive)
    await expect(page.locator("#toast")).to_have_attribute("data-mounted", "yes")
    await expect(page.locator("#status")).to_have_attribute("data-is", "up")
    await page.evaluate("document.querySelector('#kept i').textContent = 'mine'")

    await page.evaluate(WATCH_TOAST)
    await page.click("#toggle")
    await expect(page.locator("#toast")).to_have_count(0)
    await handled(page, 1)
    seen = await page.evaluate("window.toasts")
    assert (seen[:2], seen[-1]) == (["0", "1"], "gone 1")
    assert {"fade", "b"} <= set(seen[-2].split()), "it stays until its transition is over"

    await expect(page.locator("#kept i")).to_have_text("mine")
    await expect(page.locator("#kept")).to_have_attribute("data-n", "1")
    await expect(page.locator("#kept")).to_have_attribute("title", "0")
    site.link.cut()
    await expect(page.locator("#status")).to_have_attribute("data-is", "down")
    await site.link.fix()
    await expect(page.locator("#status")).to_have_attribute("data-is", "up")
    await expect(page.locator("#kept i")).to_have_text("mine")
    site.problems.clear()  # the attempts to connect


HOOKS = """
options.hooks = {
  Life: {
    note(what) { (window.lives ||= []).push(`${what} ${this.el.id} ${this.el.dataset.n ?? ""}`.trim()) },
    mounted() {
      this.note("mounted")
      this.handleEvent("shout", ({text}) => this.note(`heard ${text}`))
      this.el.addEventListener("click", () => this.pushEvent("ask", {id: this.el.id}, reply => {
        this.note(`told ${JSON.stringify(reply)}`)
      }))
      this.el.addEventListener("dblclick", async () => {
        const [answer] = await this.pushEventTo("#part", "ask", {to: "part"})
        this.note(`component says ${JSON.stringify(answer.value.reply)}`)
      })
    },
    beforeUpdate() { this.note("before") },
    updated() { this.note("updated") },
    destroyed() { this.note("destroyed") },
    disconnected() { this.note("disconnected") },
    reconnected() { this.note("reconnected") },
  },
}
"""


class PartComponent(LiveComponent):
    """Answers hooks."""

    inline_template = '<p id="part">{{ asked }}</p>'

    async def mount(self) -> None:
        self.assign(asked="")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any]:
        self.assign(asked=str(params))
        return {"from": "the component"}


class HookedLive(NotingLive):
    inline_template = (
        HEAD
        + """{% if shown %}<div id="life" phx-hook="Life" data-n="{{ n }}">Life</div>{% endif %}
        {{ live_component("part", id=1) }}<button id="toggle" phx-click="toggle">Toggle</button>
        <button id="shout" phx-click="shout">Shout</button>"""
    )

    async def handle_event(self, event: str, params: Any) -> Any:
        await super().handle_event(event, params)
        if event == "shout":
            self.push_event("shout", {"text": "hello"})
        return {"answer": 42, "to": params} if event == "ask" else None


async def test_a_hook_through_its_life(serve: Serve) -> None:
    site, page, _ = await opened(serve, HookedLive, HOOKS)

    async def lives(*lines: str) -> None:
        await page.wait_for_function(
            "lines => JSON.stringify(window.lives) === JSON.stringify(lines)", arg=[*lines]
        )
        await page.evaluate("window.lives = []")

    await lives("mounted life 0")
    await page.click("#life")
    await lives("before life 0", "updated life 1", 'told {"answer":42,"to":{"id":"life"}} life 1')
    await page.click("#shout")
    await lives("before life 1", "updated life 2", "heard hello life 2")
    await page.dispatch_event("#life", "dblclick")
    await lives('component says {"from":"the component"} life 2')
    await expect(page.locator("#part")).to_have_text("{'to': 'part'}")
    site.link.cut()
    await lives("disconnected life 2")
    await site.link.fix()
    await lives("before life 2", "updated life 0", "reconnected life 0")
    await page.click("#toggle")
    await lives("destroyed life 0")
    site.problems.clear()

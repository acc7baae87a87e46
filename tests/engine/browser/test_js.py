"""JS commands, run by the unmodified client."""

from __future__ import annotations

from typing import Any

from engine.browser.site import Serve
from playwright.async_api import expect
from support.listener import until

from quart_live import JS, LiveView

PAGE = """
<style>.fade { transition: opacity 40ms } .clear { opacity: 0 } .solid { opacity: 1 }</style>
<p id="log">{{ log }}</p><p id="n">{{ n }}</p><p id="seen" class="{{ tone }}">{{ n }}</p>
<button id="push" phx-value-b="attribute"
  phx-click="{{ JS.push('got', value={'a': [1, '\\"<&'], 'b': 'command'}, loading='#seen') }}">Push</button>
<button id="two"
  phx-click="{{ JS.push('got', target='#here', value={'k': 1}).add_class('on', to='#seen') }}">Two</button>
<div id="here"></div>
<button id="toggle" phx-click="{{ JS.toggle(to='#menu', in_=('fade', 'clear', 'solid'),
  out=('fade', 'solid', 'clear'), time=60) }}">Menu</button>
<div id="menu" style="display: none">Menu</div>
<div id="modal" data-cancel="{{ JS.hide(to='#modal').push('got', value={'from': 'exec'}) }}">Modal</div>
<button id="exec" phx-click="{{ JS.exec('data-cancel', to='#modal') }}">Close</button>
<ul><li><b class="mark">x</b><button id="within"
   phx-click="{{ JS.toggle_class('hot', to={'closest': 'li'}).set_attribute('title', 'set', to={'inner': 'i'})
     .remove_attribute('lang').toggle_attribute('aria-expanded', true, false) }}" lang="en"
   ><i>In</i></button></li></ul>
<button id="dispatch" phx-click="{{ JS.dispatch('app:note', to='#here', detail={'x': 1}) }}">Dispatch</button>
<div id="box"><input id="inner"></div>
<button id="focus" phx-click="{{ JS.push_focus().focus_first(to='#box') }}">Focus</button>
<button id="back" phx-click="{{ JS.pop_focus() }}">Back</button>
<button id="keep" phx-click="{{ JS.ignore_attributes('open', to='details') }}">Keep</button>
<details title="{{ n }}"><summary>More</summary>text</details>
<button id="more" phx-click="more">More</button>
<button id="patch" phx-click="{{ JS.patch('/?n=40') }}">Patch</button>
<button id="go" phx-click="{{ JS.navigate('/other') }}">Go</button>
<button id="ask" phx-click="ask">Ask</button>
<p id="mounted" phx-mounted="{{ JS.set_attribute('data-mounted', 'yes') }}"></p>
"""


WATCH_CLASSES = """() => {
  const menu = document.querySelector("#menu")
  window.classes = []
  new MutationObserver(() => window.classes.push([...menu.classList].sort().join(" ")))
    .observe(menu, {attributeFilter: ["class"]})
}"""


class CommandsLive(LiveView):
    inline_template = PAGE

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(log="", n=0, tone="calm")

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(n=int(params.get("n", 0)))

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "got":
                self.assign(log=repr(sorted(params.items())))
            case "more":
                self.assign(n=self.assigns.n + 1, tone="warm")
            case "ask":
                self.push_event("run", {"to": "#menu", "commands": JS().show().add_class("asked")})


class OtherLive(LiveView):
    inline_template = "<h1>Other</h1>"


async def test_commands_do_in_the_browser_what_they_say(serve: Serve) -> None:
    site = await serve({"/": CommandsLive, "/other": OtherLive})
    page = await site.open()
    log, menu = page.locator("#log"), page.locator("#menu")
    await expect(page.locator("#mounted")).to_have_attribute("data-mounted", "yes")

    await page.click("#push")
    await expect(log).to_have_text("""[('a', [1, '"<&']), ('b', 'command'), ('value', '')]""")
    await page.click("#two")
    await expect(log).to_have_text("[('k', 1), ('value', '')]")
    await expect(page.locator("#seen")).to_have_class("calm on")

    await page.evaluate(WATCH_CLASSES)
    await page.click("#toggle")
    await expect(menu).to_be_visible()
    await page.wait_for_function("window.classes.at(-1) === ''")
    assert {"clear fade", "fade solid"} <= set(await page.evaluate("window.classes"))
    await page.click("#toggle")
    await expect(menu).to_be_hidden()

    await page.click("#exec")
    await expect(page.locator("#modal")).to_be_hidden()
    await expect(log).to_contain_text("('from', 'exec')")

    await page.click("#within")
    await expect(page.locator("li")).to_have_class("hot")
    await expect(page.locator("#within i")).to_have_attribute("title", "set")
    assert await page.locator("#within").get_attribute("lang") is None
    await expect(page.locator("#within")).to_have_attribute("aria-expanded", "true")

    await page.evaluate("addEventListener('app:note', e => window.noted = [e.target.id, e.detail.x])")
    await page.click("#dispatch")
    assert await page.evaluate("window.noted") == ["here", 1]

    await page.click("#focus")
    await expect(page.locator("#inner")).to_be_focused()
    await page.evaluate("document.querySelector('#back').click()")
    await expect(page.locator("#focus")).to_be_focused()


async def test_what_commands_have_done_outlives_patches(serve: Serve) -> None:
    site = await serve({"/": CommandsLive, "/other": OtherLive})
    page = await site.open()
    await page.click("#keep")
    await page.click("summary")
    await page.click("#within")
    await page.click("#two")
    await page.click("#more")
    await expect(page.locator("#n")).to_have_text("1")
    await expect(page.locator("details")).to_have_attribute("title", "1")
    await expect(page.locator("details")).to_have_attribute("open", "")
    await expect(page.locator("#seen")).to_have_class("warm on")
    await expect(page.locator("li")).to_have_class("hot")


async def test_commands_navigate_and_come_as_events(serve: Serve) -> None:
    site = await serve({"/": CommandsLive, "/other": OtherLive})
    page = await site.open()
    await page.evaluate(
        """addEventListener("phx:run", ({detail}) =>
             liveSocket.execJS(document.querySelector(detail.to), JSON.stringify(detail.commands)))"""
    )
    await page.click("#ask")
    await expect(page.locator("#menu")).to_be_visible()
    await expect(page.locator("#menu")).to_have_class("asked")
    await page.click("#patch")
    await expect(page.locator("#n")).to_have_text("40")
    assert page.url.endswith("/?n=40")
    await page.click("#go")
    await expect(page.locator("h1")).to_have_text("Other")


class MoreLive(LiveView):
    """The operations that the other page leaves out."""

    inline_template = """<p id="a" class="one two">A</p><p id="b" style="display: none">B</p>
        <input id="field"><p id="n">{{ n }}</p>
        <button id="classes"
          phx-click="{{ JS.remove_class('one', to='#a').add_class('three four', to='#a') }}">Classes</button>
        <button id="shake" phx-click="{{ JS.transition('shake', to='#a', time=100) }}">Shake</button>
        <button id="show" phx-click="{{ JS.show(to='#b', display='inline-block') }}">Show</button>
        <button id="focus" phx-click="{{ JS.focus(to='#field') }}">Focus</button>
        <button id="two" phx-click="{{ JS.hide(to='#a').concat(JS.push('got')) }}">Two</button>
        <button id="replace" phx-click="{{ JS.patch('/?n=7', replace=true) }}">Replace</button>
        <button id="wait" phx-click="{{ JS.dispatch('app:wait', blocking=true).push('got') }}">Wait</button>
        <button id="set" phx-click="{{ JS.toggle_attribute('data-open', 'yes', to='#a') }}">Set</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=0)

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(n=int(params.get("n", 0)))

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(n=self.assigns.n + 1)


async def test_the_other_operations(serve: Serve) -> None:
    site = await serve({"/": MoreLive})
    page = await site.open("/?n=1")
    a, n = page.locator("#a"), page.locator("#n")
    await page.click("#classes")
    await expect(a).to_have_class("two three four")
    await page.evaluate("""() => {
      window.shaken = false
      new MutationObserver(() => { window.shaken ||= document.querySelector("#a").matches(".shake") })
        .observe(document.querySelector("#a"), {attributeFilter: ["class"]})
    }""")
    await page.click("#shake")
    await page.wait_for_function("window.shaken && !document.querySelector('#a').matches('.shake')")
    await page.click("#show")
    await expect(page.locator("#b")).to_have_css("display", "inline-block")
    await page.click("#focus")
    await expect(page.locator("#field")).to_be_focused()
    for value in ("yes", None):
        await page.click("#set")
        await page.wait_for_function(
            "value => document.querySelector('#a').getAttribute('data-open') === value", arg=value
        )
    await page.click("#two")
    await expect(a).to_be_hidden()
    await expect(n).to_have_text("2")
    length = await page.evaluate("history.length")
    await page.click("#replace")
    await expect(n).to_have_text("7")
    assert page.url.endswith("/?n=7") and await page.evaluate("history.length") == length

    await page.evaluate("addEventListener('app:wait', e => { window.done = e.detail.done })")
    await page.click("#wait")
    await page.wait_for_function("!!window.done")
    (channel,) = site.live.channels
    await until(lambda: channel.view is not None and channel.view.assigns.n == 8)
    await expect(n).to_have_text("7")  # the patch waits
    await page.evaluate("window.done()")
    await expect(n).to_have_text("8")

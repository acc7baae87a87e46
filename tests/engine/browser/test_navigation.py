"""Navigation in a real browser: history, live sessions, flash, titles, refused joins, hooks that halt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.browser import site as sites
from engine.browser.site import Serve
from jinja2 import DictLoader
from playwright.async_api import Page, expect
from quart import Quart, render_template_string

from quart_live import HALT, LiveRouter, LiveView, QuartLive

SCRIPT = """<script type="module">
import { Socket } from "phoenix"; import { LiveSocket } from "phoenix_live_view";
const params = { _csrf_token: document.querySelector("meta[name=csrf-token]").content };
window.liveSocket = new LiveSocket("/live", Socket, { params }); window.liveSocket.connect();
window.loaded = Math.random();
</script>"""

LAYOUT = (
    """<!doctype html><html lang="en"><head><link rel="icon" href="data:,">{{ csrf_meta_tag() }}
{{ live_title(page_title, suffix=" · site", default="Nowhere") }}{{ live_import_map() }}"""
    + SCRIPT
    + "</head><body>{{ inner_content }}</body></html>"
)

PLAIN = """<!doctype html><html lang="en"><link rel="icon" href="data:,"><h1>Plain</h1>
<p id="flash">{{ live_flash().info }}</p>"""

GOING = ("push_patch", "push_navigate", "redirect", "members", "plain")


class PagesLive(LiveView):
    """Pages with numbers; buttons for every way to leave."""

    inline_template = """<h1>Page {{ number }}</h1><p id="flash">{{ flash.info }}</p>
<b>{{ seen|join(" ") }}</b>
<a id="next" {{ live_patch("/pages/" ~ (number + 1)) }}>next</a>
<a id="other" {{ live_navigate("/other") }}>other</a> <a id="to-members" {{ live_navigate("/members") }}>m</a>
<button id="title" phx-click="title">title</button>
{% for way in ways %}<button id="{{ way }}" phx-click="go" phx-value-way="{{ way }}">{{ way }}</button>
{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(ways=GOING, seen=[], number=0)

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        number = params["number"]
        self.assign(number=number, page_title=f"Page {number}", seen=[*self.assigns.seen, number])

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "title":
            self.assign(page_title=None)
            return None
        way = params["way"]
        self.put_flash("info", f"by {way}")
        if way == "push_patch":
            self.push_patch("/pages/7")
        elif way == "push_navigate":
            self.push_navigate("/other")
        elif way == "members":
            self.push_navigate("/members")
        else:
            self.redirect(to="/plain" if way == "plain" else "/other")
        return None


class OtherLive(LiveView):
    """Another view of the same live session."""

    inline_template = """<h1>Other</h1><p id="flash">{{ flash.info }}</p>
<button id="home" phx-click="home">home</button>"""

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.push_navigate("/pages/1", replace=True)
        return None


class MembersLive(LiveView):
    """A view of another live session."""

    inline_template = '<h1>Members</h1><p id="flash">{{ flash.info }}</p>'


class GuardedLive(LiveView):
    """Nobody comes in once the socket is there."""

    inline_template = "<h1>Guarded</h1>"


async def guard(view: LiveView, params: Any, session: Any, stage: str) -> str | None:
    """Lets the first render through, to show that the socket is guarded as well."""
    if "http" in params or view.connected:
        view.put_flash("info", "members only")
        view.redirect(to="/other")
        return HALT
    return None


def make_app() -> Quart:
    """The app of these tests."""
    app = Quart("browser_navigation")
    app.secret_key = "for tests"
    app.jinja_loader = DictLoader({"layout.html": LAYOUT})
    app.config["LIVE_CLIENT_DIR"] = Path(__file__).resolve().parents[3] / "static" / "node_modules"
    live = QuartLive(app, layout="layout.html")
    live.route("/pages/<int:number>", PagesLive)
    live.route("/other", OtherLive)
    members = LiveRouter("members")
    members.route("/members", MembersLive)
    live.add_router(members)
    guarded = LiveRouter("guarded", on_mount=[guard])
    guarded.route("/guarded", GuardedLive)
    live.add_router(guarded)

    @app.get("/plain")
    async def plain() -> str:
        return await render_template_string(PLAIN)

    return app


async def loaded(page: Page) -> float:
    """A number that is another one after each page load."""
    number: float = await page.evaluate("window.loaded")
    return number


async def test_back_and_forward_restore_state_and_title(serve: Serve) -> None:
    site = await serve(make_app())
    page = await site.open("/pages/1")
    first = await loaded(page)
    await page.click("#next")
    await expect(page.locator("h1")).to_have_text("Page 2")
    await expect(page).to_have_url(f"{site.address}/pages/2")
    await expect(page).to_have_title("Page 2 · site")
    await page.click("#next")
    await expect(page.locator("h1")).to_have_text("Page 3")
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Page 2")
    await expect(page.locator("b")).to_have_text("1 2 3 2")  # still the same view
    await page.click("#other")
    await expect(page.locator("h1")).to_have_text("Other")
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Page 2")
    await expect(page.locator("b")).to_have_text("2")  # a new view
    await page.go_forward()
    await expect(page.locator("h1")).to_have_text("Other")
    await page.click("#home")  # replaces
    await expect(page.locator("h1")).to_have_text("Page 1")
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Page 2")
    assert await loaded(page) == first


async def test_titles(serve: Serve) -> None:
    site = await serve(make_app())
    page = await site.open("/pages/4")
    await expect(page).to_have_title("Page 4 · site")
    await page.click("#title")
    await expect(page).to_have_title("Nowhere · site")
    await page.click("#next")
    await expect(page).to_have_title("Page 5 · site")
    await page.click("#other")
    await expect(page).to_have_title("Nowhere · site")


async def test_flash_after_every_way_of_going(serve: Serve) -> None:
    site = await serve(make_app())
    page = await site.open("/pages/1")
    for way, heading in dict(
        zip(GOING, ("Page 7", "Other", "Other", "Members", "Plain"), strict=True)
    ).items():
        await page.goto(f"{site.address}/pages/1")
        await site.connected(page)
        before = await loaded(page)
        await page.click(f"#{way}")
        await expect(page.locator("h1")).to_have_text(heading)
        await expect(page.locator("#flash")).to_have_text(f"by {way}")
        stayed = way in ("push_patch", "push_navigate")
        assert (await page.evaluate("window.loaded") == before) is stayed, way
        assert "__phoenix_flash__" not in await page.evaluate("document.cookie")
        if way != "push_patch":
            await page.reload()
            await expect(page.locator("#flash")).to_have_text("")
    site.problems.clear()  # the client notes that one join was refused


async def test_refused_join_becomes_a_page_load(serve: Serve) -> None:
    site = await serve(make_app())
    page = await site.open("/pages/1")
    first = await loaded(page)
    await page.click("#to-members")
    await expect(page.locator("h1")).to_have_text("Members")
    await site.connected(page)
    assert await loaded(page) != first
    await page.go_back()
    await expect(page.locator("h1")).to_have_text("Page 1")
    await site.connected(page)
    site.problems.clear()  # the client notes the refusal


async def test_hooks_halt_on_both_renders(serve: Serve) -> None:
    site = await serve(make_app())
    page = await site.context.new_page()
    for address in ("/guarded?http", "/guarded"):
        await page.goto(site.address + address)
        await expect(page.locator("h1")).to_have_text("Other")
        await expect(page.locator("#flash")).to_have_text("members only")
        await site.connected(page)


class RoundLive(LiveView):
    """Sends everybody on to the other one, once the socket is there."""

    inline_template = "<h1>Round</h1>"
    mounts = 0

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if self.connected:
            RoundLive.mounts += 1
            self.push_navigate("/round/2" if self.uri.endswith("1") else "/round/1")


class OutLive(LiveView):
    """Leaves this site."""

    inline_template = '<button phx-click="out">Out</button>'

    async def handle_event(self, event: str, params: Any) -> None:
        self.redirect(external=params["value"])


async def test_views_that_send_their_users_round_and_round(serve: Serve) -> None:
    """The guard ends it after some moves; then the client waits for seconds before it loads the page anew."""
    app = make_app()
    live: QuartLive = app.extensions["quart_live"]
    live.route("/round/1", RoundLive, name="one")
    live.route("/round/2", RoundLive, name="two")
    site = await serve(app)
    RoundLive.mounts = 0
    page = await site.context.new_page()
    await page.goto(f"{site.address}/round/1")
    await page.wait_for_function("!!liveSocket.reloadWithJitterTimer")
    assert RoundLive.mounts == 21
    await page.close()


async def test_to_another_site(serve: Serve) -> None:
    here, there = await serve({"/": OutLive}), await serve(make_app())
    page = await here.open()
    await page.eval_on_selector("button", "(button, to) => { button.value = to }", f"{there.address}/plain")
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("Plain")
    assert page.url == f"{there.address}/plain"
    here.problems.clear()
    there.problems.clear()


class TabbedLive(LiveView):
    """Knows nothing of tabs but that it has one."""

    inline_template = """<h1>{{ name }} {{ tab }}</h1><a id="other" {{ live_navigate(other) }}>other</a>
        <button phx-click="choose-tab" phx-value-tab="new">New</button>
        <button id="own" phx-click="own">Own</button><p>{{ own }}</p><i id="ask" phx-hook="Ask"></i>"""
    name, other = "First", "/second"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(name=self.name, other=self.other, own=0)

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(own=self.assigns.own + 1)


class SecondLive(TabbedLive):
    name, other = "Second", "/first"


def with_tabs(view: LiveView, params: Any, session: Any, stage: str) -> None:
    """Gives tabs to all views of a live session."""

    def choose(view: LiveView, event: str, params: Any) -> Any:
        if event not in ("choose-tab", "which"):
            return None
        if event == "choose-tab":
            view.assign(tab=params["tab"])
        return HALT, {"tab": view.assigns.tab}

    view.assign(tab="all")
    view.attach_hook("tabs", "handle_event", choose)
    view.attach_hook("told", "after_render", lambda view: view.push_event("tab", {"is": view.assigns.tab}))


ASK = """options.hooks = { Ask: { mounted() { this.handleEvent("tab", ({is}) => { window.tab = is })
    this.el.onclick = () => this.pushEvent("which", {}, (reply) => { window.answer = reply.tab }) } } }"""


async def test_hooks_attached_to_all_views_of_a_live_session(serve: Serve) -> None:
    app = sites.make_app({}, script=ASK)
    router = LiveRouter("tabbed", on_mount=[with_tabs])
    router.route("/first", TabbedLive)
    router.route("/second", SecondLive)
    app.extensions["quart_live"].add_router(router)
    site = await serve(app)
    page = await site.open("/first")
    for name in ("First", "Second"):
        await expect(page.locator("h1")).to_have_text(f"{name} all")
        await page.click("[phx-click=choose-tab]")
        await expect(page.locator("h1")).to_have_text(f"{name} new")
        await page.wait_for_function("window.tab === 'new'")
        await page.click("#own")
        await expect(page.locator("p")).to_have_text("1")
        await page.eval_on_selector("#ask", "element => element.click()")
        await page.wait_for_function("window.answer === 'new'")
        await page.evaluate("window.answer = window.tab = ''")
        await page.click("#other")

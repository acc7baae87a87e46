"""Security as a real browser meets it: old pages, pages that can never join, sign-out everywhere."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar

from engine.browser.sign_in_app import REVOKED, CountLive, app
from engine.browser.site import make_app
from jinja2 import DictLoader
from playwright.async_api import Page, Request, expect
from quart import Quart, Response

from quart_live import Envelope, LiveView, QuartLive

if TYPE_CHECKING:
    from engine.browser.site import Serve, Site

THREE_WEEKS = 21 * 24 * 3600


def loads_of(page: Page) -> list[str]:
    """Addresses of the page loads from now on."""
    loads: list[str] = []

    def note(request: Request) -> None:
        if request.is_navigation_request():
            loads.append(request.url)

    page.on("request", note)
    return loads


async def reconnect(site: Site) -> None:
    for socket in tuple(site.live.sockets):
        await socket.close(1012)


async def test_tab_left_open_for_three_weeks_reloads_once_and_goes_on(serve: Serve) -> None:
    site = await serve(app())
    page = await site.open("/")
    await page.click("button")
    loads = loads_of(page)
    site.live.runtime.tokens.clock = lambda: time.time() + THREE_WEEKS
    async with page.expect_navigation():
        await reconnect(site)
    await site.connected(page)
    await expect(page.locator("h1")).to_have_text("0")
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    assert loads == [site.address + "/"]
    await reconnect(site)
    await expect(page.locator("[data-phx-main]")).to_have_class("phx-connected")
    assert len(loads) == 1, "the fresh page rejoins without a load"


async def test_page_that_can_never_join_does_not_reload_in_a_loop(serve: Serve) -> None:
    """Each page is signed with a key that the socket does not know, as when two processes differ."""
    site = await serve(app())
    page = await site.context.new_page()
    await page.clock.install()
    real = site.live.runtime.tokens.read_session
    site.live.runtime.tokens.read_session = lambda token: None  # type: ignore[method-assign]
    loads = loads_of(page)
    await page.goto(site.address)
    await page.wait_for_selector(".phx-error", state="attached")
    for expected in (2, 3):
        await page.clock.run_for(4_900)
        assert len(loads) == expected - 1, "the client waits at least five seconds"
        async with page.expect_navigation():
            await page.clock.run_for(5_200)
        await page.wait_for_selector(".phx-error", state="attached")
        assert len(loads) == expected
    site.live.runtime.tokens.read_session = real  # type: ignore[method-assign]
    async with page.expect_navigation():
        await page.clock.run_for(10_100)
    await site.connected(page)
    site.problems.clear()


async def test_sign_out_everywhere(serve: Serve) -> None:
    site = await serve(app())
    phone = await site.context.browser.new_context()  # type: ignore[union-attr]
    alice = await site.open("/sign-in/alice")
    alice_too = await site.open("/sign-in/alice", context=phone)
    bob_context = await site.context.browser.new_context()  # type: ignore[union-attr]
    bob = await site.open("/sign-in/bob", context=bob_context)
    await bob.click("button")
    REVOKED.add("alice")
    try:
        await site.live.disconnect("users_socket:alice")
        for page in (alice, alice_too):
            await expect(page.locator("h1")).to_have_text("Sign in")
    finally:
        REVOKED.clear()
    await expect(bob.locator("h1")).to_have_text("1")
    await phone.close()
    await bob_context.close()


OPEN_SOCKET = """(url) => new Promise((resolve) => {
    const socket = new WebSocket(url)
    socket.onopen = () => resolve("open")
    socket.onclose = (event) => resolve(`closed ${event.code}`)
})"""


async def test_pages_of_other_origins_get_no_socket(serve: Serve) -> None:
    site, other = await serve(app()), await serve(app())
    page, foreign = await site.open("/"), await other.open("/")
    url = site.address.replace("http", "ws") + "/live/websocket?vsn=2.0.0"
    assert await page.evaluate(OPEN_SOCKET, url) == "open"
    assert await foreign.evaluate(OPEN_SOCKET, url) == "closed 1006"
    allowing = app()
    allowing.config["LIVE_ALLOWED_ORIGINS"] = other.address
    third = await serve(allowing)
    url = third.address.replace("http", "ws") + "/live/websocket?vsn=2.0.0"
    assert await foreign.evaluate(OPEN_SOCKET, url) == "open"
    other.problems.clear()  # the refusal


async def test_a_page_that_has_lost_its_session_loads_itself_anew(serve: Serve) -> None:
    """Without the cookie the CSRF token proves nothing; the page gets a fresh one, and goes on."""
    site = await serve(app())
    page = await site.open("/sign-in/alice")
    await expect(page.locator("p")).to_have_text("alice")
    loads = loads_of(page)
    site.live.runtime.tokens.clock = lambda: time.time() + 60  # not a page that was made just now
    await site.context.clear_cookies()
    async with page.expect_navigation():
        await reconnect(site)
    await site.connected(page)
    await expect(page.locator("p")).to_have_text("nobody")
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    assert len(loads) == 1


class BusyLive(CountLive):
    """Handles nothing while the gate is closed."""

    gate: ClassVar[asyncio.Event]

    async def handle_info(self, message: Any) -> None:
        await type(self).gate.wait()


async def test_a_view_that_falls_behind_begins_anew(serve: Serve) -> None:
    BusyLive.gate = asyncio.Event()
    busy = make_app({"/": BusyLive})
    busy.config["LIVE_MAILBOX_LIMIT"] = 20
    site = await serve(busy)
    page = await site.open()
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    await page.evaluate("window.marker = 'same page'")
    (channel,) = site.live.channels
    for number in range(30):
        channel.mailbox.post(Envelope(number))
    BusyLive.gate.set()
    await expect(page.locator("h1")).to_have_text("0")
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    assert await page.evaluate("window.marker") == "same page"
    site.problems.clear()


class ManyLive(LiveView):
    """More views inside than a socket may have."""

    inline_template = """<h1>Many</h1>{% for n in range(4) %}
        <div id="box-{{ n }}">{{ live_render("CountLive", id="many-" ~ n) }}</div>{% endfor %}
        <button id="own" phx-click="own">{{ own }}</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(own=0)

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(own=self.assigns.own + 1)


async def test_more_views_than_one_socket_may_have(serve: Serve) -> None:
    """Those within the limit work; the page as a whole does, too."""
    many = make_app({"/": ManyLive, "/count": CountLive})
    many.config["LIVE_MAX_CHANNELS"] = 3
    site = await serve(many)
    page = await site.context.new_page()
    await page.goto(site.address)
    await page.click("#own")
    await expect(page.locator("#own")).to_have_text("1")
    await page.click("#box-0 button")
    await expect(page.locator("#box-0 h1")).to_have_text("1")
    assert len(site.live.channels) == 3
    site.problems.clear()


STRICT = """<!doctype html><html lang="en"><head><link rel="icon" href="data:,">{{ csrf_meta_tag() }}
{{ live_import_map(nonce="n0nce") }}<script type="module" nonce="n0nce">
import { Socket } from "phoenix"; import { LiveSocket } from "phoenix_live_view";
import { withStash } from "quart_live/stash";
const params = withStash({ _csrf_token: document.querySelector("meta[name=csrf-token]").content });
window.liveSocket = new LiveSocket("/live", Socket, { params }); window.liveSocket.connect();
</script></head><body>{{ inner_content }}</body></html>"""
POLICY = "default-src 'none'; script-src 'self' 'nonce-n0nce'; connect-src 'self'; img-src data:"


class StrictLive(CountLive):
    inline_template = """<h1>{{ count }}</h1>
        <button phx-click="{{ JS.hide(to='p').push('more') }}">More</button><p>Shown</p>"""


async def test_a_strict_content_security_policy(serve: Serve) -> None:
    strict = Quart("strict")
    strict.secret_key = "for tests"
    strict.config["LIVE_RELOAD"] = True
    strict.jinja_env.loader = DictLoader({"layout.html": STRICT})
    QuartLive(strict, layout="layout.html").route("/", StrictLive)

    @strict.after_request
    async def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    site = await serve(strict)
    page = await site.open()
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    await expect(page.locator("p")).to_be_hidden()

"""Security as a real browser meets it: old pages, pages that can never join, sign-out everywhere."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page, Request, expect
from quart import Quart, redirect, session

from quart_live import LiveView, PubSub, QuartLive

if TYPE_CHECKING:
    from engine.browser.conftest import Serve, Site

THREE_WEEKS = 21 * 24 * 3600


class CountLive(LiveView):
    inline_template = '<h1>{{ count }}</h1><button phx-click="more">More</button><p>{{ user }}</p>'

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if session.get("user") in REVOKED:
            self.redirect(to="/sign-in")
        self.assign(count=0, user=session.get("user", "nobody"))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(count=self.assigns.count + 1)
        return None


REVOKED: set[str] = set()


def app(pubsub: PubSub | None = None) -> Quart:
    app = Quart("security_tests")
    app.secret_key = "for tests"
    live = QuartLive(app, pubsub=pubsub)
    live.route("/", CountLive)

    @app.get("/sign-in")
    async def form() -> str:
        return '<link rel="icon" href="data:,"><h1>Sign in</h1>'

    @app.get("/sign-in/<user>")
    async def sign_in(user: str) -> Any:
        session.clear()
        session.update(user=user, live_socket_id=f"users_socket:{user}")
        return redirect("/")

    return app


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
    site.live.tokens.clock = lambda: time.time() + THREE_WEEKS
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
    real = site.live.tokens.read_session
    site.live.tokens.read_session = lambda token: None  # type: ignore[method-assign]
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
    site.live.tokens.read_session = real  # type: ignore[method-assign]
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

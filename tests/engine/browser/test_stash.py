"""The stash in a real browser, with the official client as it is."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from engine.browser.site import LOADED, NODE_MODULES, Serve
from engine.stash.pages import PickyLive, stash_app
from playwright.async_api import Page, expect
from redis import Redis
from support.listener import until
from support.redis_server import RedisServer, redis_server, running_redis

from quart_live import Envelope

__all__ = ["redis_server", "running_redis"]

ROOT = NODE_MODULES.parents[1]
STORED = """() => Object.keys({...sessionStorage, ...localStorage})
    .filter((key) => key.split('/').length === 3).length"""


async def show(page: Page, *, draft: str, tab: str, status: str | None = None) -> None:
    """Wait until the page shows this."""
    await expect(page.locator("#draft")).to_have_text(draft)
    await expect(page.locator("#tab")).to_have_text(tab)
    if status is not None:
        await expect(page.locator("#status")).to_have_text(status)


async def write(page: Page, draft: str = "hello", tab: str = "news") -> None:
    """Make a draft, and choose a tab."""
    await page.fill("input[name=draft]", draft)
    if tab == "news":
        await page.click("#news")
    await show(page, draft=draft, tab=tab)


def watch_for_flicker(page: Page) -> list[str]:
    """Frames of joins, as they come."""
    joins: list[str] = []

    def note(payload: str | bytes) -> None:
        if isinstance(payload, str) and '"rendered"' in payload:
            joins.append(payload)

    page.on("websocket", lambda socket: socket.on("framereceived", note))
    return joins


SHOWN = """() => {
  window.shown = [];
  new MutationObserver(() => window.shown.push(document.querySelector("#draft")?.textContent))
    .observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


async def test_cut_link_without_flicker(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/notes")
    joins = watch_for_flicker(page)
    await write(page)
    await page.evaluate(SHOWN)
    site.link.cut()
    await site.disconnected(page)
    await site.link.fix()
    await site.connected(page)
    await show(page, draft="hello", tab="news", status="recovered")
    (join,) = joins
    assert "hello" in json.dumps(json.loads(join)[4]["response"]["rendered"])
    assert set(await page.evaluate("window.shown")) <= {"hello"}
    assert "_stash" not in site.live.channels[0].browser.info.query
    site.problems.clear()


async def test_crash(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/notes")
    await write(page)
    await page.click("#crash")
    await show(page, draft="hello", tab="news", status="recovered")
    site.problems.clear()


@pytest.mark.parametrize("path", ["/notes", "/server", "/secret"])
async def test_reload(serve: Serve, path: str) -> None:
    site = await serve(stash_app())
    page = await site.open(path)
    await write(page)
    await page.reload()
    await site.connected(page)
    await show(page, draft="hello", tab="news", status="recovered")


async def test_session_scope_is_for_all_tabs_and_reconnect_scope_for_one(serve: Serve) -> None:
    site = await serve(stash_app())
    one = await site.open("/notes")
    await write(one, "first")
    two = await site.open("/notes")
    await show(two, draft="", tab="news", status="recovered")
    await two.fill("input[name=draft]", "second")
    await expect(two.locator("#draft")).to_have_text("second")
    for page, draft in ((one, "first"), (two, "second"), (one, "first")):
        await page.reload()
        await site.connected(page)
        await show(page, draft=draft, tab="news")


@pytest.mark.parametrize("path", ["/notes", "/server"])
async def test_duplicated_tab_goes_its_own_way(serve: Serve, path: str) -> None:
    """A duplicate begins with a copy of the tab's storage, as ``window.open`` gives it."""
    site = await serve(stash_app())
    one = await site.open(path)
    await write(one, "first")
    async with site.context.expect_page() as opening:
        await one.evaluate("window.open(location.href)")
    two = await opening.value
    await two.wait_for_function(LOADED, arg="[data-phx-session]:not(.phx-connected)")
    await show(two, draft="first", tab="news", status="recovered")
    await two.fill("input[name=draft]", "second")
    await expect(two.locator("#draft")).to_have_text("second")
    for page, draft in ((one, "first"), (two, "second"), (one, "first")):
        await page.reload()
        await site.connected(page)
        await show(page, draft=draft, tab="news")
    visits = [await page.evaluate("sessionStorage['quart_live:stash::visit']") for page in (one, two)]
    assert json.loads(visits[0])["id"] != json.loads(visits[1])["id"]


async def test_leaving_ends_the_visit(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/notes")
    await write(page)
    await page.click("#other")  # live navigation
    await expect(page.locator("h1")).to_have_text("Other")
    await page.go_back()
    await show(page, draft="", tab="news", status="recovered")
    await page.fill("input[name=draft]", "again")
    await expect(page.locator("#draft")).to_have_text("again")
    await page.goto(f"{site.address}/other")  # page loads
    await site.connected(page)
    await page.goto(f"{site.address}/notes")
    await site.connected(page)
    await show(page, draft="", tab="news", status="recovered")


async def test_clear_deletes_what_is_stored(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/notes")
    await write(page)
    assert await page.evaluate(STORED) == 2
    await page.click("#clear")
    await page.wait_for_function(f"({STORED})() === 0")
    await page.reload()
    await site.connected(page)
    await show(page, draft="", tab="all", status="new")


async def test_sign_out_clears_every_tab(serve: Serve) -> None:
    site = await serve(stash_app())
    await (await site.context.new_page()).goto(f"{site.address}/sign-in/ann")
    one, two = await site.open("/notes"), await site.open("/notes")
    await write(one)
    await two.fill("input[name=draft]", "second")
    await expect(two.locator("#draft")).to_have_text("second")
    assert await two.evaluate(STORED) == 2
    await one.goto(f"{site.address}/sign-out")
    await site.connected(one)
    await show(one, draft="", tab="all", status="new")
    assert await one.evaluate(STORED) == 0
    await two.wait_for_function(f"({STORED})() === 0")
    assert "__live_stash_clear__" not in {cookie.get("name") for cookie in await site.context.cookies()}


@asynccontextmanager
async def server_process(port: int, *store: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A server in a process of its own, with a store perhaps, ready to answer; killed at the end."""
    paths = os.pathsep.join(str(ROOT / folder) for folder in ("tests", "app", "chapters"))
    environment = {**os.environ, "PYTHONPATH": paths, "STASH_CLIENT_DIR": str(NODE_MODULES)}
    command = [sys.executable, "-m", "engine.stash.process", str(port), *store]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            assert await process.stdout.readline() == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_killed_server_and_a_new_process(serve: Serve, free_tcp_port: int) -> None:
    """The server process is killed, and another one, which knows nothing but the key, takes its port."""
    site = await serve(stash_app())
    site.link.server_port = free_tcp_port
    async with server_process(free_tcp_port) as process:
        page, server = await site.open("/notes"), await site.open("/server")
        await write(page)
        await write(server)
        process.kill()
        await site.disconnected(page)
        await site.disconnected(server)
    async with server_process(free_tcp_port):
        await show(page, draft="hello", tab="news", status="recovered")
        # What was in the memory of the process has gone with it; but the form brings back what was typed.
        await show(server, draft="hello", tab="all", status="not found")
        await page.close()
        await server.close()
    assert not site.live.channels
    site.problems.clear()


@pytest.fixture(params=["sql", "redis"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A store that outlives the process: a SQLite file, a real Redis."""
    if request.param == "sql":
        yield f"sqlite+aiosqlite:///{tmp_path / 'stash.db'}"
    else:
        server: RedisServer = request.getfixturevalue("redis_server")
        yield server.url
        server.ask("FLUSHALL")


def kept(address: str) -> int:
    """Return the number of values in the store. They are written a moment after the reply."""
    if not address.startswith("redis:"):
        with closing(sqlite3.connect(address.partition("///")[2])) as connection:
            return int(connection.execute("select count(*) from live_stash").fetchone()[0])
    with Redis.from_url(address) as client:
        return sum(int(client.hlen(key)) for key in client.scan_iter())


async def test_killed_server_with_each_scope_in_a_store(
    serve: Serve, free_tcp_port: int, address: str
) -> None:
    """Draft of the visit, tab of the session, filter of the user: each comes back to those it belongs to."""
    site = await serve(stash_app())
    site.link.server_port = free_tcp_port
    assert site.context.browser is not None
    phone = await site.context.browser.new_context()
    async with server_process(free_tcp_port, address) as process:
        for context in (site.context, phone):
            await (await context.new_page()).goto(f"{site.address}/sign-in/ann")
        page = await site.open("/stored")
        await write(page)
        await page.click("#unread")
        await expect(page.locator("#filter")).to_have_text("unread")
        await until(lambda: kept(address) == 3)
        process.kill()
        await site.disconnected(page)
    async with server_process(free_tcp_port, address) as process:
        await show(page, draft="hello", tab="news", status="recovered")
        await expect(page.locator("#filter")).to_have_text("unread")
        tab = await site.open("/stored")  # the same session, another visit
        await show(tab, draft="", tab="news", status="recovered")
        elsewhere = await site.open("/stored", context=phone)  # the same user, another session
        await show(elsewhere, draft="", tab="all", status="recovered")
        await expect(elsewhere.locator("#filter")).to_have_text("unread")
        assert await page.evaluate(STORED) == 0, "nothing of it is in the browser"
        process.kill()
        await site.disconnected(page)
    site.link.refuse()
    for each in (page, tab, elsewhere):
        await each.close()
    await phone.close()
    site.problems.clear()


async def test_storage_that_is_full_or_blocked(serve: Serve) -> None:
    site = await serve(stash_app())
    await site.context.add_init_script(
        "Storage.prototype.setItem = function () { throw new DOMException('full', 'QuotaExceededError') }"
    )
    page = await site.open("/notes")
    await write(page)
    await page.click("#crash")
    await show(page, draft="hello", tab="news", status="recovered")
    site.problems.clear()


async def test_tampering_by_hand(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/notes")
    await write(page)
    await page.evaluate("""() => { for (const key of Object.keys(localStorage))
        if (key.startsWith("quart_live")) {
            const seal = localStorage[key];
            localStorage[key] = seal.slice(0, -2) + (seal.at(-2) === "A" ? "B" : "A") + seal.at(-1);
        } }""")
    await page.reload()
    await site.connected(page)
    await show(page, draft="hello", tab="all", status="invalid")
    assert await page.evaluate(STORED) == 1


async def test_encrypted_values_cannot_be_read(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/secret")
    await write(page, "a secret")
    stored = await page.evaluate("() => ({...sessionStorage, ...localStorage})")
    seals = [value for key, value in stored.items() if key.count("/") == 2]
    assert len(seals) == 2
    assert all(seal.startswith("~") for seal in seals)
    assert "secret" not in "".join(seals)


async def test_components(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/desk")
    await page.evaluate("""() => {
        const element = document.querySelector("#c-b");
        element.setAttribute("phx-value-text", "kept");
        element.click();
    }""")
    await expect(page.locator("#c-b")).to_have_text("kept 1 new")
    await page.reload()
    await site.connected(page)
    await expect(page.locator("#c-b")).to_have_text("kept 1 recovered")
    await expect(page.locator("#c-a")).to_have_text("empty 1 new")


LAYOUT = """<!doctype html><html><head>{{ csrf_meta_tag() }}{{ live_import_map() }}
<link rel="icon" href="data:,">
<script type="module">
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";
import { withStash } from "quart_live/stash";
const token = document.querySelector("meta[name=csrf-token]").content;
const params = (element) => ({ _csrf_token: token, of: element ? element.tagName : "socket" });
window.liveSocket = new LiveSocket("/live", Socket, { params: withStash(params) });
liveSocket.connect();
</script></head><body>{{ inner_content }}</body></html>"""


async def test_views_inside_views(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/family")
    await expect(page.locator("#inside #status")).to_have_text("new")
    await write(page)
    await page.reload()
    await site.connected(page)
    await expect(page.locator("#inside #status")).to_have_text("recovered")
    await show(page, draft="hello", tab="news")
    await page.click("#other")  # the view inside knows nothing of the navigation; the browser does
    await page.click("#family")
    await expect(page.locator("#inside #status")).to_have_text("recovered")
    await show(page, draft="", tab="news")


async def test_view_inside_that_fails_with_what_was_kept(serve: Serve) -> None:
    site = await serve(stash_app())
    page = await site.open("/family")
    (picky,) = [channel for channel in site.live.channels if isinstance(channel.view, PickyLive)]
    picky.mailbox.post(Envelope({"value": 3}))
    await expect(page.locator("#picky #value")).to_have_text("4")
    PickyLive.fails = {3}
    try:
        picky.crash()
        await expect(page.locator("#picky #status")).to_have_text("invalid")
        await expect(page.locator("#picky #value")).to_have_text("12")
    finally:
        PickyLive.fails = set()
    site.problems.clear()


async def test_params_may_be_a_function_and_stay_out_of_the_sockets_address(serve: Serve) -> None:
    site = await serve(stash_app(layout=LAYOUT))
    page = await site.open("/notes")
    await write(page)
    await page.reload()
    await site.connected(page)
    await show(page, draft="hello", tab="news", status="recovered")
    (channel,) = site.live.channels
    assert channel.view is not None
    assert channel.view.connect_params["of"] == "DIV"
    assert "_stash" not in channel.view.connect_params
    query = channel.browser.info.query
    assert query["of"] == "socket"
    assert not any("stash" in name for name in query)

"""An app below a prefix, behind a proxy that strips it and behind one that keeps it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, cast

import pytest
from engine.browser.site import Serve
from hypercorn.middleware import DispatcherMiddleware
from playwright.async_api import expect
from quart import Quart

from quart_live import LiveView, QuartLive, Stash

LAYOUT = """<!doctype html><html><head>{{ csrf_meta_tag() }}<link rel="icon" href="data:,">
<link phx-track-static rel="stylesheet" href="{{ static_path('app.css') }}">{{ live_import_map() }}
<script type="module">
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";
import { withStash } from "quart_live/stash";
const _csrf_token = document.querySelector("meta[name=csrf-token]").content;
const params = withStash({_csrf_token});
window.liveSocket = new LiveSocket({{ live_socket_path()|tojson }}, Socket, {params});
window.liveSocket.connect();
</script></head><body>{{ inner_content }}</body></html>"""


class RoomLive(LiveView):
    stash = Stash(draft="session")
    inline_template = """<h1>{{ name }}</h1><em>{{ draft }}</em>
    {% if changed %}<p role="status">New version</p>{% endif %}
    <a {{ live_patch(url_for("room_live", name="b")) }}>patch</a>
    <a {{ live_navigate(url_for("other_live")) }}>navigate</a>
    <button phx-click="write">write</button><button phx-click="patch">push patch</button>
    <button phx-click="navigate">push navigate</button><button phx-click="load">load</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign_new("draft", lambda: "")
        self.assign(changed=self.static_changed())

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(name=params["name"])

    async def handle_event(self, event: str, params: Any) -> None:
        match event:
            case "write":
                self.assign(draft="kept")
            case "patch":
                self.push_patch(self.url_for("room_live", name="c"))
            case "navigate":
                self.push_navigate(self.url_for("other_live"))
            case "load":
                self.put_flash("info", "flashed")
                self.redirect(to=self.url_for("plain_live"))


class OtherLive(LiveView):
    inline_template = "<h1>other</h1><a {{ live_navigate(url_for('room_live', name='d')) }}>back</a>"


class PlainLive(LiveView):
    """Without a layout of its own."""

    inline_template = """<h1>plain</h1><b>{{ flash.info }}</b>
    <button phx-click="x">x</button><i>{{ clicked }}</i>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(clicked="")

    async def handle_event(self, event: str, params: Any) -> None:
        self.assign(clicked="clicked")


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "templates" / "layout.html").write_text(LAYOUT)
    (tmp_path / "static" / "app.css").write_text("h1 { color: rgb(255, 0, 0) }")
    app = Quart("prefix_tests", root_path=str(tmp_path))
    app.secret_key = "for tests"
    live = QuartLive(app)
    RoomLive.layout = OtherLive.layout = "layout.html"
    live.route("/rooms/<name>", RoomLive)
    live.route("/other", OtherLive)
    live.route("/plain", PlainLive)
    return app


class StrippingProxy:
    """A proxy on a port of its own that takes a prefix off each request, and answers all else with 404."""

    def __init__(self, prefix: str, port: int) -> None:
        self._prefix, self._port_behind = prefix.encode(), port
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, rest = head.split(b" ", 2)
            if not target.startswith(self._prefix + b"/"):
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            if b"\r\nupgrade: websocket" not in rest.lower():  # one request for each connection will do
                rest = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"\r\nConnection: close", rest)
            behind_reader, behind = await asyncio.open_connection("127.0.0.1", self._port_behind)
            behind.write(b" ".join((method, target.removeprefix(self._prefix), rest)))
            await asyncio.gather(_pipe(reader, behind), _pipe(behind_reader, writer))
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


@pytest.mark.parametrize("proxy", ["strips", "strips, and the server is told of /chat/", "keeps"])
async def test_everything_works_below_a_prefix(serve: Serve, app: Quart, tmp_path: Path, proxy: str) -> None:
    if proxy.startswith("strips"):
        site = await serve(app, root_path="/chat/" if proxy.endswith("/") else "/chat")
        stripping = StrippingProxy("/chat", site.link.port)
        async with stripping as address:
            await use(site, address + "/chat", tmp_path)
            await site.context.close()
    else:
        dispatcher = DispatcherMiddleware({"/chat": cast(Any, app)})
        site = await serve(app, asgi=dispatcher)
        await use(site, site.address + "/chat", tmp_path)


async def use(site: Any, address: str, folder: Path) -> None:
    """Use the page at ``address`` as a user would."""
    page = await site.context.new_page()
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: site.problems.append(str(error)))
    page.on("response", lambda response: response.status >= 400 and site.problems.append(response.url))
    await page.goto(f"{address}/rooms/a")
    await site.connected(page)
    loads = []
    page.on("load", lambda _: loads.append(page.url))
    heading = page.locator("h1")
    await expect(heading).to_have_css("color", "rgb(255, 0, 0)")
    for label, shown, path in [
        ("patch", "b", "/rooms/b"),
        ("push patch", "c", "/rooms/c"),
        ("navigate", "other", "/other"),
        ("back", "d", "/rooms/d"),
        ("push navigate", "other", "/other"),
        ("back", "d", "/rooms/d"),
    ]:
        await page.get_by_text(label, exact=True).click()
        await expect(heading).to_have_text(shown)
        await expect(page).to_have_url(address + path)
    await page.get_by_text("write", exact=True).click()
    await expect(page.locator("em")).to_have_text("kept")
    (folder / "static" / "app.css").write_text("h1 { color: rgb(0, 0, 255) }")
    site.live.runtime.statics.forget()
    for socket in tuple(site.live.sockets):
        await socket.close(1012)
    await expect(page.get_by_role("status")).to_have_text("New version")
    assert not loads, "all this over the socket, at the same origin"
    await page.reload()
    await site.connected(page)
    await expect(heading).to_have_css("color", "rgb(0, 0, 255)")
    await expect(page.get_by_role("status")).to_have_count(0)
    await expect(page.locator("em")).to_have_text("kept")
    await page.get_by_text("load", exact=True).click()
    await expect(page.locator("b")).to_have_text("flashed")
    await expect(page).to_have_url(f"{address}/plain")
    await page.get_by_text("x", exact=True).click()
    await expect(page.locator("i")).to_have_text("clicked")

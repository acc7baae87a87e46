"""A deploy and an edit, as pages that are open see them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect
from quart import Quart

from quart_live import LiveView, QuartLive

if TYPE_CHECKING:
    from engine.browser.site import Serve

LAYOUT = """<!doctype html><html><head>{{ csrf_meta_tag() }}<link rel="icon" href="data:,">
<link phx-track-static rel="stylesheet" href="{{ static_path('app.css') }}">{{ live_import_map() }}
<script type="module">
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";
const _csrf_token = document.querySelector("meta[name=csrf-token]").content;
window.liveSocket = new LiveSocket("/live", Socket, {params: {_csrf_token}});
window.liveSocket.connect();
</script></head><body>{{ inner_content }}</body></html>"""
PAGE = """<h1>{{ count }}</h1><button phx-click="more">More</button>
{% if changed %}<p role="status">There is a new version.</p>{% endif %}"""


class PageLive(LiveView):
    template, layout = "page.html", "layout.html"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0, changed=self.static_changed())

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(count=self.assigns.count + 1)
        return None


@pytest.fixture
def app(tmp_path: Path) -> Quart:
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "templates" / "layout.html").write_text(LAYOUT)
    (tmp_path / "templates" / "page.html").write_text(PAGE)
    (tmp_path / "static" / "app.css").write_text("h1 { color: rgb(255, 0, 0) }")
    app = Quart("reload_tests", root_path=str(tmp_path))
    app.secret_key = "for tests"
    QuartLive(app).route("/", PageLive)
    return app


async def test_open_page_learns_of_a_deploy(serve: Serve, app: Quart, tmp_path: Path) -> None:
    site = await serve(app)
    page = await site.open("/")
    status = page.get_by_role("status")
    for socket in tuple(site.live.sockets):
        await socket.close(1012)
    await expect(page.locator("[data-phx-main].phx-connected")).to_be_attached()
    await expect(status).to_have_count(0)
    (tmp_path / "static" / "app.css").write_text("h1 { color: rgb(0, 0, 255) }")
    site.live.runtime.statics.forget()
    for socket in tuple(site.live.sockets):
        await socket.close(1012)
    await expect(status).to_have_text("There is a new version.")
    await page.reload()
    await site.connected(page)
    await expect(status).to_have_count(0)
    await expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 255)")


async def test_edits_show_in_the_open_page(serve: Serve, app: Quart, tmp_path: Path) -> None:
    """The whole way: a file is saved, watchfiles notices, the browser shows it."""
    app.config["LIVE_RELOAD"] = True
    site = await serve(app)
    page = await site.open("/")
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("1")
    await page.evaluate("window.same = true")
    edited = PAGE.replace("{{ count }}", "Clicked {{ count }} times")
    (tmp_path / "templates" / "page.html").write_text(edited)
    await expect(page.locator("h1")).to_have_text("Clicked 1 times")
    (tmp_path / "static" / "app.css").write_text("h1 { color: rgb(0, 128, 0) }")
    await expect(page.locator("h1")).to_have_css("color", "rgb(0, 128, 0)")
    await expect(page.locator("link[rel=stylesheet]")).to_have_count(1)
    await page.click("button")
    await expect(page.locator("h1")).to_have_text("Clicked 2 times")
    assert await page.evaluate("window.same"), "all this without a reload"
    (tmp_path / "templates" / "layout.html").write_text(LAYOUT.replace("<body>", '<body class="new">'))
    await expect(page.locator("body.new h1")).to_have_text("Clicked 0 times")

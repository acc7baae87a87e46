"""A small app for the tests of the Lab: two live views on one page, a plain page, a socket made by hand."""

from __future__ import annotations

import logging
from typing import Any

from quart import Quart, render_template_string, websocket

from quart_live import LiveView, QuartLive

HEAD = """<!doctype html><html lang="en"><head><title>{title}</title><link rel="icon" href="data:,">"""

LIVE = (
    HEAD.format(title="Two views")
    + """{{ csrf_meta_tag() }}{{ live_import_map() }}<script type="module">
import { Socket } from "phoenix";
import { LiveSocket } from "phoenix_live_view";
const csrf = document.querySelector("meta[name='csrf-token']").content;
new LiveSocket("/live", Socket, {params: {_csrf_token: csrf}}).connect();
</script></head><body><main>"""
)

RAW = """<p id="said"></p><script>
const socket = new WebSocket(location.href.replace("http", "ws"));
socket.onmessage = message => { said.innerHTML = message.data; };
socket.onopen = () => socket.send("hello");
</script>"""


class LeftLive(LiveView):
    """Counts, and raises when asked to."""

    inline_template = """<p>left {{ count }}</p>
    <button phx-click="add">Add left</button> <button phx-click="raise">Raise left</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        if event == "raise":
            raise KeyError("left raised")
        self.assign(count=self.assigns.count + 1)


class RightLive(LiveView):
    """Counts."""

    inline_template = """<p>right {{ count }}</p><button phx-click="add">Add right</button>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        self.assign(count=self.assigns.count + 1)


def create_app() -> Quart:
    """Build the app."""
    app = Quart(__name__)
    app.secret_key = "only for tests"
    print("an app may print; the Lab's channel must not mind")

    @app.get("/two")
    async def two() -> str:
        page = LIVE + "{{ live_render(left) }}{{ live_render(right) }}</main></body></html>"
        return await render_template_string(page, left=LeftLive, right=RightLive)

    @app.get("/plain")
    async def plain() -> str:
        return HEAD.format(title="Plain") + "</head><body><h1>Plain</h1></body></html>"

    @app.get("/boom")
    async def boom() -> str:
        logging.getLogger("messenger").info("about to fail")
        return str(1 // 0)

    @app.get("/raw")
    async def raw() -> str:
        return HEAD.format(title="Raw") + f"</head><body>{RAW}</body></html>"

    @app.websocket("/raw")
    async def echo() -> None:
        while True:
            heard = await websocket.receive()
            await websocket.send(f"<b>{heard!s}</b>")

    live = QuartLive()
    live.init_app(app)
    return app

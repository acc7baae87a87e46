"""A small app for the tests of the Lab: two live views on one page, a plain page, a socket made by hand."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
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
window.liveSocket = new LiveSocket("/live", Socket, {params: {_csrf_token: csrf}});
window.liveSocket.connect();
</script></head><body><main>"""
)

CARELESS = """<p>{{ count }} well done</p>
<button phx-click="slow">Slow</button> <button phx-click="task">Task</button>
<button phx-click="thread">Thread</button> <button phx-click="end">End</button>
<button onclick="lost.now()">Script</button>
<button onclick="console.error('Refused by the Content Security Policy')">Policy</button>"""

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


class CarelessLive(LiveView):
    """Fails in all the ways that a page does not show: each click counts, and what fails comes afterwards."""

    inline_template = CARELESS

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=0)

    async def handle_event(self, event: str, params: dict[str, Any]) -> None:
        self.assign(count=self.assigns.count + 1)
        self.send_self(event)

    async def handle_info(self, message: Any) -> None:
        if message == "slow":
            await asyncio.sleep(0.3)
            raise KeyError("slow failed")
        if message == "task":
            asyncio.get_running_loop().create_task(later())
        elif message == "thread":
            threading.Thread(target=beside).start()
        elif message == "end":
            os._exit(3)


async def later() -> None:
    """Fail in a task that nobody awaits."""
    raise KeyError("task failed")


def beside() -> None:
    """Fail in a thread of its own."""
    raise KeyError("thread failed")


def create_app() -> Quart:
    """Build the app."""
    app = Quart(__name__)
    app.secret_key = "only for tests"
    print("an app may print; the Lab's channel must not mind")

    @app.get("/two")
    async def two() -> str:
        page = LIVE + "{{ live_render(left) }}{{ live_render(right) }}</main></body></html>"
        return await render_template_string(page, left=LeftLive, right=RightLive)

    @app.get("/careless")
    async def careless() -> str:
        page = LIVE + "{{ live_render(view) }}</main></body></html>"
        return await render_template_string(page, view=CarelessLive)

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

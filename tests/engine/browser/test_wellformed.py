"""Half a character, as JavaScript makes it, and a join that is refused: neither takes the connection down."""

from __future__ import annotations

from typing import Any

from engine.browser.site import Serve, make_app
from playwright.async_api import expect

from quart_live import LiveView

HALF = "\\ud83d"
# With an element the params are for its join, without one for the socket's address.
PARAMS = "options.params = (element) => (element ? { ...params, half: HALF } : params);"
SCRIPT = f"""options.hooks = {{ Sends: {{ mounted() {{
  window.send = () => this.pushEvent("said", {{ value: "{HALF}" }});
}} }} }};
{PARAMS.replace("HALF", f'"{HALF}"')}"""
BAD = "�"


class SayLive(LiveView):
    inline_template = """<h1>{{ half }}</h1><p>{{ said }}</p>
    <button id="b" phx-click="said">b</button><i id="i" phx-click="said" phx-value-value="x">i</i>
    <input id="k" phx-keydown="said"><form phx-change="said"><input id="f" name="value"></form>
    <div id="hook" phx-hook="Sends"></div>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(half=self.connect_params.get("half", ""), said="")
        self.count = 0

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.count += 1
        self.assign(said=f"{self.count} {params.get('key') or params['value']}")
        return {}


async def test_half_a_character_costs_its_event_at_most(serve: Serve) -> None:
    site = await serve(make_app({"/": SayLive}, script=SCRIPT))
    page = await site.open("/")
    await expect(page.locator("h1")).to_have_text(BAD)
    said = page.locator("p")
    acts = [
        f'b.value = "{HALF}"; b.click()',
        f'i.setAttribute("phx-value-value", "{HALF}"); i.click()',
        f'k.dispatchEvent(new KeyboardEvent("keydown", {{ key: "{HALF}", bubbles: true }}))',
        f'f.value = "{HALF}"; f.dispatchEvent(new Event("input", {{ bubbles: true }}))',
        "send(); 0",
    ]
    for number, act in enumerate(acts, 1):
        await page.evaluate(act)
        await expect(said).to_have_text(f"{number} {BAD}")
    assert len(site.live.sockets) == 1
    assert site.live.channels[0].view.count == len(acts)  # type: ignore[union-attr]


async def test_a_join_that_is_refused_is_not_tried_again_at_once(serve: Serve) -> None:
    """The client used to open hundreds of sockets, as fast as it could, for a join that closed each."""
    app = make_app({"/": SayLive}, script=PARAMS.replace("HALF", '"x".repeat(9000)'))
    app.config["LIVE_MAX_FRAME_BYTES"] = 8000
    site = await serve(app)
    page = await site.context.new_page()
    opened: list[str] = []
    joins: list[str | bytes] = []

    def note(socket: Any) -> None:
        opened.append(socket.url)
        socket.on("framesent", lambda frame: joins.append(frame) if "phx_join" in frame else None)

    page.on("websocket", note)
    await page.goto(site.address)
    await expect(page.locator("[data-phx-main].phx-error.phx-server-error")).to_be_attached()
    assert (len(opened), len(joins)) == (1, 1)

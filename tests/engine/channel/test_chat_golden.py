"""A conversation in a stream, frame by frame as a Phoenix LiveView server sent it."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

from markupsafe import Markup
from quart import Quart

from quart_live import LiveView, LiveViewTest, QuartLive

GOLDEN = Path(__file__).parents[1] / "golden" / "chat_stream.json"
FOX = "the quick brown fox jumps over the lazy dog "


class ChatLive(LiveView):
    """The recorded page."""

    inline_template = """<div>
  <h1>Conversation</h1>
  <div id="messages" phx-update="stream">
    {% for dom_id, m in streams.messages %}<div{{ id_of(dom_id) }} class="message"><b class="author">\
{{ m.author }}</b><span class="at">{{ m.at }}</span><p>{{ m.text }}</p></div>{% endfor %}
  </div>
  <form id="send" phx-submit="send"><input name="text" autocomplete="off"><button>Send</button></form>
</div>"""
    numbers = count(18)

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        earlier = [message(15 + number, "ann", f"message {number} {FOX * 2}") for number in range(3)]
        self.stream("messages", earlier)
        await self.subscribe("room")

    async def handle_event(self, event: str, params: Any) -> None:
        await self.pubsub.broadcast("room", message(next(self.numbers), "bob", params["text"]))

    def handle_info(self, message: Any) -> None:
        self.stream_insert("messages", message)


def message(number: int, author: str, text: str) -> dict[str, Any]:
    return {"id": number, "author": author, "at": "12:34", "text": text}


def expected(frames: list[Any]) -> list[Any]:
    """As here: quotes are escaped by number, and ``update_only`` is never null."""
    text = json.dumps(frames).replace("&quot;", "&#34;").replace("null, null]", "null, false]")
    answer: list[Any] = json.loads(text)
    return answer


def seen(page: LiveViewTest, since: int) -> list[Any]:
    """The frames from the server, as they were recorded."""
    frames = [json.loads(text) for way, text in page.socket.frames[since:] if way == "<"]
    for frame in frames:
        frame[4].get("response", {}).pop("liveview_version", None)
    return [[event, ref is not None, payload] for _, ref, _, event, payload in frames]


async def arrived(page: LiveViewTest, since: int, number: int) -> None:
    await page.until(lambda: len(seen(page, since)) == number)


async def test_frames_as_recorded() -> None:
    app = Quart(__name__)
    app.secret_key = "for tests"
    app.jinja_env.globals["id_of"] = lambda dom_id: Markup(' id="{}"').format(dom_id)
    QuartLive(app).route("/", ChatLive)
    joined, *steps = json.loads(GOLDEN.read_text(encoding="utf-8"))
    async with LiveViewTest(app, "/") as page:
        assert seen(page, 0) == expected(joined["frames"])
        for step in steps:
            since, wanted = len(page.socket.frames), expected(step["frames"])
            if step["event"] == "event":
                await page.push("send", step["params"], type="form", meta={})
            else:
                page.socket.send(page.join_ref, "900", page.topic, step["event"], {})
            await arrived(page, since, len(wanted))
            assert seen(page, since) == wanted, step

"""The conversation with quart_live: ordinary code, nothing made for the benchmark."""

from __future__ import annotations

from typing import Any

from data import Conversation, Message
from quart import Quart

from quart_live import LiveView, QuartLive

conversation = Conversation()


class ConversationLive(LiveView):
    """A conversation."""

    inline_template = """<div>
  <h1>Conversation</h1>
  <div id="messages" phx-update="stream">
    {% for dom_id, m in streams.messages -%}
    <div id="{{ dom_id }}" class="message"><b class="author">{{ m.author }}</b>
      <span class="at">{{ m.at }}</span><p>{{ m.text }}</p></div>
    {%- endfor %}
  </div>
  <form id="send" phx-submit="send"><input name="text" autocomplete="off"><button>Send</button></form>
</div>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        await self.subscribe("conversation")
        self.stream("messages", conversation.recent())

    async def handle_event(self, event: str, params: Any) -> None:
        message = conversation.add("bob", params["text"])
        await self.pubsub.broadcast("conversation", message)

    def handle_info(self, message: Message) -> None:
        self.stream_insert("messages", message, limit=-50)


app = Quart("bench")
app.secret_key = "for the benchmark"
# One person writes for all here, faster than anybody can.
app.config.update(
    LIVE_EVENT_RATE=1e6, LIVE_EVENT_BURST=1e6, LIVE_ACCOUNT_EVENT_RATE=1e6, LIVE_ACCOUNT_EVENT_BURST=1e6
)
app.config.update(LIVE_FRAME_RATE=1e6, LIVE_FRAME_BURST=1e6)
QuartLive(app).route("/", ConversationLive)

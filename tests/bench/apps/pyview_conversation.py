"""The same conversation with pyview. Runs in an environment of its own, where quart_live is not installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data import Conversation, Message
from pyview import LiveView, PyView  # type: ignore[import-not-found, unused-ignore]
from pyview.stream import Stream  # type: ignore[import-not-found, unused-ignore]

conversation = Conversation()


@dataclass
class Context:
    """The values that the template reads."""

    messages: Any


class PyviewConversation(LiveView):  # type: ignore[misc, unused-ignore]
    """A conversation; its template is the HTML file beside this one."""

    async def mount(self, socket: Any, session: Any) -> None:
        if socket.connected:
            await socket.subscribe("conversation")
        socket.context = Context(Stream(conversation.recent(), name="messages"))

    async def handle_event(self, event: Any, payload: Any, socket: Any) -> None:
        message = conversation.add("bob", payload["text"][0])
        await socket.broadcast("conversation", message)

    async def handle_info(self, event: Any, socket: Any) -> None:
        message: Message = event.payload
        socket.context.messages.insert(message, limit=-50)


app = PyView()
app.add_live_view("/", PyviewConversation)

"""A broadcast in several browsers: each shows it its own way, and each way is rendered once."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.browser.site import Serve, make_app
from playwright.async_api import expect

from quart_live import LiveView

RENDERED: list[str] = []


class Message(NamedTuple):
    """The message that is broadcast."""

    id: int
    author: str
    text: str


class Bubble(NamedTuple):
    """The part of a message that a viewer sees."""

    message: Message
    mine: bool

    @property
    def id(self) -> int:
        return self.message.id


class TalkLive(LiveView):
    inline_template = """<h1>{{ me }}</h1><ul id="talk" phx-update="stream">
        {% for dom_id, b in streams.talk %}<li id="{{ dom_id }}" class="{{ 'mine' if b.mine else 'theirs' }}">
          {{ b.message.text|noted }}</li>{% endfor %}</ul>
        <form phx-submit="say"><input name="text" aria-label="Message"><button>Say</button></form>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(me=params["me"])
        self.stream("talk", [])
        await self.subscribe("talk")

    async def handle_event(self, event: str, params: Any) -> None:
        await self.pubsub.broadcast("talk", Message(len(RENDERED), self.assigns.me, params["text"]))

    def handle_info(self, message: Message) -> None:
        self.stream_insert("talk", Bubble(message, message.author == self.assigns.me))


def noted(text: str) -> str:
    """A pure filter that tells how often it is asked."""
    RENDERED.append(text)
    return text


async def test_rendered_once_for_all_who_see_the_same(serve: Serve) -> None:
    RENDERED.clear()
    app = make_app({"/<me>": TalkLive})
    app.add_template_filter(noted)
    site = await serve(app)
    pages = {name: await site.open(f"/{name}") for name in ("ann", "bob", "cy", "dan")}
    for author, text in (("ann", "<b>hello</b>"), ("bob", "hi")):
        await pages[author].fill("input", text)
        await pages[author].click("button")
        for name, page in pages.items():
            message = page.locator("#talk li").last
            await expect(message).to_have_text(text)
            await expect(message).to_have_class("mine" if name == author else "theirs")
    assert RENDERED == ["<b>hello</b>"] * 2 + ["hi"] * 2
    for page in pages.values():
        await expect(page.locator("#talk li")).to_have_text(["<b>hello</b>", "hi"])

"""Views that get broadcasts, made from random templates, and what their viewers receive."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from unittest import mock
from zoneinfo import ZoneInfo

import jinja2
from quart import Quart
from support.raw import Page, open_page

from quart_live import LiveView, QuartLive
from quart_live.rendering import volatile

CLOCK = itertools.count()

ROWS = "{% for dom_id, m in streams.pinned %}<li id='p-{{ dom_id }}'>BODY</li>{% endfor %}"
FILES = {
    "aside.html": "<p>{{ me }}{{ count }}</p>",
    "dated.html": "<p>{{ ticks() }}</p>",
    "pinned.html": "<p>{{ place }}</p><ol id='p' phx-update='stream'>"
    + ROWS.replace("BODY", "{{ m.text }}{{ m.faces }}{{ zone }}")
    + "</ol>",
    "outer.html": "<div>{% include 'pinned.html' %}{% include 'aside.html' %}</div>",
    "macros.html": "{% macro plain(x) %}<i>{{ x }}</i>{% endmacro %}"
    "{% macro dated(x) %}{{ x }}{{ ticks() }}{% endmacro %}",
}


@dataclass(frozen=True)
class Message:
    """The message that is broadcast; frozen, as it should be."""

    id: int
    text: str
    author: str
    tags: tuple[str, ...] = ()

    @property
    def loud(self) -> str:
        return self.text.upper()


class Line(NamedTuple):
    """The item that a view makes of a message for its list; equal for many views."""

    id: int
    text: Any
    loud: bool | int
    faces: tuple[str, ...]


class Entry(NamedTuple):
    """An item that each view makes for itself."""

    message: Any
    mine: bool | int

    @property
    def id(self) -> Any:
        message = self.message
        return message["id"] if isinstance(message, dict) else message.id


@volatile
def ticking(value: object) -> str:
    """A filter that prints something else each time, like one that reads the clock."""
    return f"{value}@{next(CLOCK)}"


def ticks() -> int:
    """An impure global function."""
    return next(CLOCK)


@dataclass(frozen=True)
class Viewer:
    """The session of one view: the viewer, and the acts of its handler."""

    me: str
    own: bool
    how: str
    more: str
    asynchronous: bool


class FanoutLive(LiveView):
    """Inserts what it gets, in the way of its viewer."""

    template_of_test = ""
    pages: Sequence[Any] = ()

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.viewer = Viewer(**json.loads(params["viewer"]))
        self.assign(me=self.viewer.me, own=self.viewer.own, prefs={"size": len(self.viewer.me)}, count=0)
        self.assign(show=True, seen=0, language="en", place=("room", 1), shown=frozenset({1, 2}))
        self.assign(zone=ZoneInfo("UTC" if self.viewer.own else "Europe/Berlin"))
        self.stream("messages", self.pages)
        self.stream("pinned", [])
        await self.subscribe("room")

    def take(self, message: Any) -> None:
        """Change streams and assigns as this viewer does."""
        viewer = self.viewer
        at = 0 if viewer.how == "top" else -1
        if viewer.how == "entry":
            self.stream_insert("messages", Entry(message, author_of(message) == viewer.me))
        elif viewer.how == "number":  # equal to an entry with a boolean, and shown as another text
            self.stream_insert("messages", Entry(message, int(author_of(message) == viewer.me)))
        elif viewer.how == "copy":
            self.stream_insert("messages", {"id": id_of(message), "text": "copy", "author": viewer.me})
        elif viewer.how == "both":
            self.stream_insert("messages", message)
            self.stream_insert("pinned", message, limit=-2)
        elif viewer.how in ("moved", "put"):
            line = Line(7, text_of(message), author_of(message) == "ann", ("a", "b"))
            if viewer.how == "moved":
                self.stream_delete("pinned", line)
            self.stream_insert("messages", Entry(message, author_of(message) == viewer.me), limit=-3)
            self.stream_insert("pinned", line, at=0)
        elif viewer.how == "delete":
            self.stream_delete("messages", message)
        elif viewer.how == "reset":
            self.stream("messages", [message], reset=True)
        elif viewer.how != "nothing":
            self.stream_insert("messages", message, at=at, update_only=viewer.how == "update")
        self.change_more(message)

    def change_more(self, message: Any) -> None:
        match self.viewer.more:
            case "count":
                self.assign(count=self.assigns.count + 1)
            case "unread":
                self.assign(unread=self.assigns.get("unread", 0) + 1)  # no template reads it
            case "title":
                self.assign(page_title=f"{self.viewer.me}: {id_of(message)}")
            case "event":
                self.push_event("seen", {"by": self.viewer.me})
            case "prefs":
                self.assigns.prefs["size"] += 1  # in place, without telling
            case "same":
                self.assign(place=("room", 1), shown=frozenset({1, 2}), zone=ZoneInfo(self.assigns.zone.key))
            case "place":
                self.assign(place=("room", self.assigns.place[1] + 1))
            case "equal":
                self.assign(place=("room", self.assigns.place[1] == 1))  # 1 == True, and prints another text
            case "own":
                self.assign(own=not self.assigns.own)
            case "hide":
                self.assign(show=False)
            case "show":
                self.assign(show=not self.assigns.show)

    def handle_info(self, message: Any) -> Any:
        self.take(message)


class AsyncFanoutLive(FanoutLive):
    """The same with a coroutine, which waits in the middle."""

    async def handle_info(self, message: Any) -> None:
        await asyncio.sleep(0)
        self.take(message)


def id_of(message: Any) -> Any:
    return message["id"] if isinstance(message, dict) else message.id


def text_of(message: Any) -> Any:
    return message["text"] if isinstance(message, dict) else message.text


def author_of(message: Any) -> Any:
    return message["author"] if isinstance(message, dict) else message.author


def make_app(source: str, pages: Sequence[Any], *, shared: bool) -> Quart:
    """An app whose views have the template `source`."""
    app = Quart("fanout_tests")
    app.secret_key = "for tests"
    app.jinja_loader = jinja2.DictLoader(FILES)
    app.config["LIVE_SHARE_RENDERING"] = shared
    app.add_template_filter(ticking, "ticking")
    app.add_template_global(ticks, "ticks")
    live = QuartLive(app)
    for rule, base in (("/plain", FanoutLive), ("/async", AsyncFanoutLive)):
        view = type(
            f"{base.__name__}{rule[1:].title()}", (base,), {"inline_template": source, "pages": pages}
        )
        live.route(rule, view)
    return app


async def frames_of(
    source: str, pages: Sequence[Any], viewers: Sequence[Viewer], messages: Sequence[Any], *, shared: bool
) -> Mapping[int, list[str]]:
    """Everything that each viewer is sent, without what differs between any two joins."""
    global CLOCK
    CLOCK = itertools.count()
    app = make_app(source, pages, shared=shared)
    live: QuartLive = app.extensions["quart_live"]
    opened: list[Page] = []
    for viewer in viewers:
        path = "/async" if viewer.asynchronous else "/plain"
        address = f"{path}?viewer={json.dumps(vars(viewer))}"
        page = await open_page(app, address)
        await page.join(address)
        opened.append(page)
    # On a busy machine the pump gives way at any time, and who reads the clock first would be left to chance.
    with mock.patch("quart_live.mailbox.dispatcher.PUMP_SECONDS", 60):
        for message in messages:
            await live.pubsub.broadcast("room", message)
        await settled(live)
    received = {
        number: [text.replace(page.topic(), "TOPIC") for side, text in page.socket.frames if side == "<"]
        for number, page in enumerate(opened)
    }
    await live.shutdown()
    return received


async def settled(live: QuartLive) -> None:
    """Wait until all views have handled what is in their mailboxes."""
    async with asyncio.timeout(10):
        while any(channel.mailbox.busy for channel in live.runtime.open_hosts):  # noqa: ASYNC110
            await asyncio.sleep(0)

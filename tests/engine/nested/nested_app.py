"""Views inside views, for the tests of nested and sticky views."""

from __future__ import annotations

import asyncio
from typing import Any

from quart import Quart, abort

from quart_live import LiveComponent, LiveView, QuartLive


class KidLive(LiveView):
    """Counts; fails, leaves and talks to its parent when told to."""

    inline_template = "<p>{{ name }} {{ n }}</p>{% if flash.info %}<i>{{ flash.info }}</i>{% endif %}"
    ended: list[str]
    fails: set[str]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(name=session["name"], n=0, params=params, session=session)
        when = "connected" if self.connected else "dead"
        if f"{session['name']} {when}" in type(self).fails:
            raise RuntimeError("kid fails to mount")
        if f"{session['name']} {when} hangs" in type(self).fails:
            await asyncio.get_running_loop().create_future()
        if session.get("abort"):
            abort(404)
        if session.get("leave"):
            self.put_flash("info", "the kid left")
            self.push_navigate("/other")
        self.assign_new("user", lambda: "own")
        await self.subscribe("kids")
        if self.parent is not None:
            self.parent.send(("mounted", session["name"]))

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        raise AssertionError("a nested view has no address")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "inc":
                self.assign(n=self.assigns.n + 1)
            case "crash":
                raise RuntimeError("kid crashes")
            case "tell":
                assert self.parent is not None
                self.parent.send(("told", params["text"]))
            case "patch":
                self.assign(n=self.assigns.n + 1)
                self.put_flash("info", "from the kid")
                self.push_patch(params["to"])
            case "navigate":
                self.assign(n=self.assigns.n + 1)
                self.put_flash("info", "from the kid")
                self.push_navigate("/other")
            case "redirect":
                self.redirect(to="/other")
        return None

    async def handle_info(self, message: Any) -> None:
        match message:
            case "navigate":
                self.assign(n=self.assigns.n + 1)
                self.push_navigate("/other")
            case ("patch", to):
                self.push_patch(to)
            case _:
                self.assign(n=message)

    async def terminate(self, reason: str) -> None:
        type(self).ended.append(f"{self.assigns.name} {reason}")


class MiddleLive(LiveView):
    """A child with a child."""

    inline_template = '<section>{{ live_render("KidLive", id="deep", session={"name": "deep"}) }}</section>'

    async def handle_info(self, message: Any) -> None:
        assert message == ("mounted", "deep")


class ParentLive(LiveView):
    """The page of the recording ``nested.json``, and some more."""

    inline_template = """<b>{{ n }}</b>
{% if show %}{{ live_render("KidLive", id="kid", session={"name": "kid", "leave": leave, "abort": aborts},
  linked=linked) }}{% endif %}
{{ live_render(kid_class, id="sticky", session={"name": "sticky"}, sticky=True) }}
{% if deep %}{{ live_render("MiddleLive", id="middle") }}{% endif %}
{% for name in names %}<div id="for-{{ name }}">{{
  live_render("KidLive", id="kid-" ~ name, session={"name": name}) }}</div>{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        names = params["names"].split() if "names" in params else []
        self.assign(n=0, show="hide" not in params, kid_class=KidLive, deep="deep" in params, heard=[])
        self.assign(names=names, linked="linked" in params, user="the parent's", leave="leave" in params)
        self.assign(aborts="abort" in params)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "inc":
                self.assign(n=self.assigns.n + 1)
            case "toggle":
                self.assign(show=not self.assigns.show)
            case "touch":
                self.touch("kid_class")  # the template places the sticky view again
            case "names":
                self.assign(names=params["names"].split())
            case "crash":
                raise RuntimeError("parent crashes")
            case "tell":
                self.children[params["child"]].send(params["n"])
            case "navigate":
                self.push_navigate(params["to"])
        return None

    async def handle_info(self, message: Any) -> None:
        self.assigns.heard.append(message)


class Card(LiveComponent):
    """A component with a view inside."""

    inline_template = '<div>{{ live_render("KidLive", id="carded", session={"name": "carded"}) }}</div>'


class CardLive(LiveView):
    """A page with that component."""

    inline_template = "{% if show %}{{ live_component('Card', id='card') }}{% endif %}"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(show="hide" not in params)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(show=True)
        return None

    async def handle_info(self, message: Any) -> None:
        assert message == ("mounted", "carded")


class Pager(LiveComponent):
    """A component that patches."""

    inline_template = """<button id="page" phx-click="page" phx-target="{{ myself }}">page</button>"""

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.put_flash("info", "from the pager")
        self.push_patch("/pages?x=3")
        return None


class PagedLive(LiveView):
    """A child with a child and that component."""

    inline_template = """{{ live_component("Pager", id="pager") }}
{{ live_render("KidLive", id="deep", session={"name": "deep"}) }}"""

    async def handle_info(self, message: Any) -> None:
        assert message == ("mounted", "deep")


class PagesLive(LiveView):
    """A page that is patched from inside; it goes from ``x=4`` to ``x=5`` by itself, and cannot show 6."""

    inline_template = """<b>{{ x }}</b><em>{{ flash.info }}</em>
{{ live_render("KidLive", id="kid", session={"name": "kid"}) }} {{ live_render("PagedLive", id="paged") }}
{{ live_render("StickyLive", id="sticky", sticky=True) }}"""

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(x=params.get("x", ""))
        if params.get("x") == "4":
            self.push_patch("/pages?x=5", replace=True)
        if params.get("x") == "6":
            raise RuntimeError("six is not shown")

    async def handle_info(self, message: Any) -> None:
        assert message == ("mounted", "kid")


class StickyLive(LiveView):
    """A sticky view with a child."""

    inline_template = '{{ live_render("KidLive", id="inside", session={"name": "inside"}) }}'

    async def handle_info(self, message: Any) -> None:
        assert message == ("mounted", "inside")


class OtherLive(LiveView):
    """Another page, with the sticky view only."""

    inline_template = """<h1>Other</h1><i id="flash">{{ flash.info }}</i>
{{ live_render("KidLive", id="sticky", session={"name": "sticky"}, sticky=True) }}"""


def make_app() -> Quart:
    """A fresh app."""
    app = Quart("nested_tests")
    app.secret_key = "for tests"
    KidLive.ended, KidLive.fails = [], set()
    live = QuartLive(app)
    live.route("/parent", ParentLive)
    live.route("/other", OtherLive)
    live.route("/card", CardLive)
    live.route("/pages", PagesLive)
    return app

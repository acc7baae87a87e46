"""Components and views for the tests of live components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from quart import Quart

from quart_live import LiveComponent, LiveView, LiveViewTest, QuartLive


class CounterComponent(LiveComponent):
    """Counts, and writes down what happens to it; from 2 on it has a badge inside."""

    inline_template = """
        <div id="counter-{{ id }}">{% if flash.info %}<i>{{ flash.info }}</i>{% endif %}
          <span>{{ label }}: {{ count }}</span>
          <button phx-click="more" phx-target="{{ myself }}">More</button>
          {% if count > 1 %}{{ live_component("badge", id=id, count=count) }}{% endif %}
        </div>"""
    log: ClassVar[list[str]] = []

    async def mount(self) -> None:
        self.log.append("mount")
        self.assign(count=0)

    async def update(self, assigns: dict[str, Any]) -> None:
        self.log.append(f"update {assigns}")
        await super().update(assigns)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "more":
                self.assign(count=self.assigns.count + int(params.get("by", 1)))
            case "flash":
                self.put_flash("info", params["text"])
            case "push":
                self.push_event("counted", self.assigns.count)
            case "patch":
                self.put_flash("info", "patched")
                self.assign(count=7)
                self.push_patch(params["to"])
            case "navigate":
                self.put_flash("info", "gone")
                self.push_navigate("/other")
            case "tell the view":
                self.send_view({"fruit": "Pears"})
            case "tell another":
                self.send_update(CounterComponent, id=params["id"], label="told")
            case "reply":
                return {"count": self.assigns.count}
            case "crash":
                raise RuntimeError("secret detail")
        return None


class BadgeComponent(LiveComponent):
    """Stands inside a counter."""

    inline_template = '<b id="badge-{{ id }}">{{ count }}{% if big %}!{% endif %}</b>'

    async def mount(self) -> None:
        self.assign(big=False)


class RowComponent(LiveComponent):
    """Loads what it shows for all of its kind together."""

    inline_template = '<li id="row-{{ id }}">{{ text }}</li>'
    log: ClassVar[list[list[Any]]] = []

    @classmethod
    async def update_many(cls, updates: Sequence[tuple[LiveComponent, dict[str, Any]]]) -> None:
        cls.log.append([assigns["id"] for _, assigns in updates])
        for component, assigns in updates:
            component.assign(text=f"text {assigns['id']}", **assigns)


class PageLive(LiveView):
    """Has components by itself, in a branch and in a loop."""

    inline_template = """<h1>{{ fruit }}</h1><p>{{ flash.info }}</p>
        {{ live_component("counter", id="a", label=fruit) }}
        {% if show %}<section>{{ live_component("counter", id="b", label="fix") }}</section>{% endif %}
        <ul>{% for key in keys %}{{ live_component("row", id=key) }}{% endfor %}</ul>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(fruit="Apples", show=False, keys=[])

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(fruit=params.get("fruit", self.assigns.fruit))

    async def handle_event(self, event: str, params: Any) -> None:
        if event == "update a":
            self.send_update(CounterComponent, id="a", **params)
        else:
            self.assign(**params)

    def handle_info(self, message: Any) -> None:
        self.assign(**message)


class OtherLive(LiveView):
    """The page to which the tests navigate."""

    inline_template = "<h1>Other</h1><p>{{ flash.info }}</p>"


def make_app(view: type[LiveView] = PageLive) -> Quart:
    """A fresh app with `view` at ``/``."""
    CounterComponent.log.clear()
    RowComponent.log.clear()
    app = Quart("components")
    app.secret_key = "for tests"
    live = QuartLive(app)
    live.route("/", view)
    live.route("/other", OtherLive)
    return app


def open_page(view: type[LiveView] = PageLive) -> LiveViewTest:
    """A page with `view`, for ``async with``."""
    return LiveViewTest(make_app(view), "/")

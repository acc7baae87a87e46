"""The app that the engine's tests run on."""

from __future__ import annotations

import asyncio
from typing import Any

from quart import Quart, abort, render_template_string

from quart_live import LiveRouter, LiveView, QuartLive

PLAIN_PAGE = """<!doctype html><html><head>{{ csrf_meta_tag() }}{{ live_import_map() }}</head>
<body>{{ live_render(CounterLive, session={"start": 5}, id="one") }}
{{ live_render(CounterLive, id="two") }}</body>
</html>"""


class CounterLive(LiveView):
    """Counts; crashes, pushes, flashes and goes places when told to."""

    inline_template = """
        <h1>{{ count }}</h1>
        {% if flash.info %}<p role="status">{{ flash.info }}</p>{% endif %}
        <button phx-click="increment" phx-value-by="2">Increment</button>
        <button phx-click='[["toggle_class",{"names":["on"]}],
          ["push",{"event":"increment","value":{"by":"10"}}]]'
          >Ten</button>
        <a href="/counter?n=7" data-phx-link="patch" data-phx-link-state="push">Seven</a>
        <a href="/form" data-phx-link="redirect" data-phx-link-state="push">Form</a>
        {% for name in names %}<i id="i-{{ name }}">{{ name }}</i>{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(count=session.get("start", 0), names=[], page_title="Counter", session=session, seen=[])
        await self.subscribe("counter")
        if self.connected:
            self.send_interval("tick", 3600)

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(count=int(params.get("n", self.assigns.count)))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "increment":
                self.assign(count=self.assigns.count + int(params.get("by", 1)))
            case "add":
                self.assign(names=[*self.assigns.names, params["name"]])
            case "title":
                self.assign(page_title=params["title"])
            case "push":
                self.push_event("parley:hello", {"n": 1})
            case "reply":
                return {"got": params}
            case "wrong reply":
                return "text"  # type: ignore[return-value]
            case "crash":
                raise RuntimeError("secret detail")
            case "flash":
                self.put_flash("info", params["text"])
            case "patch":
                self.put_flash("info", "patched")
                self.push_patch(params["to"], replace=bool(params.get("replace")))
            case "navigate":
                self.put_flash("info", "hello from the counter")
                self.push_event("parley:bye", {})
                self.push_navigate(params["to"])
            case "redirect":
                self.put_flash("info", "moved")
                self.redirect(to=params["to"])
            case "later":
                self.send_after("later", 0)
            case "broadcast":
                await self.pubsub.broadcast("counter", params["message"])
            case "broadcast_from":
                await self.broadcast_from("counter", params["message"])
            case "cancelled":
                task = asyncio.get_running_loop().create_future()
                task.cancel()
                await task
            case _:
                return await super().handle_event(event, params)
        return None

    def handle_info(self, message: Any) -> None:
        if message == "crash":
            raise RuntimeError("secret detail")
        if message == "patch":
            self.push_patch("/counter?n=77")
        elif message == "navigate":
            self.push_navigate("/form")
        elif isinstance(message, int):
            self.assign(count=message)
        else:
            self.assigns.seen.append(message)


class FormLive(LiveView):
    """A form with nested names; shows what it gets."""

    inline_template = """
        <p id="flash">{{ flash.info }}</p><p id="got">{{ got }}</p>
        <form id="user" phx-change="validate" phx-submit="save">
          <input name="user[name]" value="{{ name }}"><input type="checkbox" name="user[admin]">
          <select name="user[role]"><option value="a">A</option><option value="b" selected>B</option></select>
          <textarea name="user[about]">
{{ about }}</textarea><input type="hidden" name="_csrf_token" value="{{ csrf_token }}">
          <button name="then" value="close">Save</button></form>
        <input phx-keydown="key" phx-value-field="search"><a href="{{ url_for('counter_live') }}"
           data-phx-link="redirect" data-phx-link-state="push">Counter</a>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(got="", name="", about="<b>")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "validate":
            self.assign(name=params["user"]["name"])
        params = {key: value for key, value in params.items() if key != "_csrf_token"}
        self.assign(got=f"{event} {params!r}")
        return None


class RoomLive(LiveView):
    """A route with a value; unknown rooms are 404."""

    inline_template = '<h1>Room {{ id }} {{ sort }}</h1><b id="kind">{{ kind }}</b>'

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if params["id"] > 100:
            abort(404)
        self.assign(id=params["id"], kind=type(params["id"]).__name__, sort=params.get("sort", ""))

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assign(sort=params.get("sort", ""))
        if params.get("sort") == "loop":
            self.push_patch(f"/rooms/{params['id']}?sort=loop")
        elif params.get("sort") == "old":
            self.push_patch(f"/rooms/{params['id']}?sort=new")


class GuardedLive(LiveView):
    """Sends everybody away from mount, in the way the address says."""

    inline_template = "<p>never seen</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        only_when_connected = params.get("when") == "connected"
        if self.connected or not only_when_connected:
            self.put_flash("info", "sign in first")
            if params.get("how") == "crash":
                raise RuntimeError("secret detail")
            if params.get("how") == "404":
                abort(404)
            if params.get("how") == "navigate":
                self.push_navigate("/form")
            else:
                self.redirect(to="/form")


class SlowLive(LiveView):
    """Handlers that wait until the test lets them go, and write down what happened."""

    inline_template = "<p>{{ log|join(' ') }}</p>"
    gate: asyncio.Event
    ended: list[str]

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(log=[])
        await self.subscribe("slow")

    async def _note(self, word: str) -> None:
        self.assigns.log.append(f"<{word}")
        await type(self).gate.wait()
        self.assigns.log.append(f"{word}>")
        self.touch("log")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        await self._note(event)
        return None

    async def handle_info(self, message: Any) -> None:
        await self._note(str(message))

    async def terminate(self, reason: str) -> None:
        type(self).ended.append(reason)


class AdminLive(LiveView):
    """Belongs to another live session."""

    inline_template = "<h1>Admin</h1>"


NO_RATES: dict[str, float] = {
    f"LIVE_{whose}{what}_{bound}": 1e9
    for whose, what in (
        *(("", "JOIN"), ("ACCOUNT_", "JOIN"), ("ADDRESS_", "JOIN")),
        *(("", "EVENT"), ("ACCOUNT_", "EVENT"), ("", "FRAME")),
    )
    for bound in ("RATE", "BURST")
}
"""For tests that are faster than any person, of what becomes of a message that is let through."""


def make_app(**config: Any) -> Quart:
    """A fresh app, and fresh state of the views that have some."""
    app = Quart("engine_tests")
    app.secret_key = "for tests"
    app.config.update(config)
    SlowLive.gate, SlowLive.ended = asyncio.Event(), []
    live = QuartLive()
    live.route("/counter", CounterLive)
    live.route("/form", FormLive)
    live.route("/rooms/<int:id>", RoomLive)
    live.route("/guarded", GuardedLive)
    live.route("/slow", SlowLive)
    admin = LiveRouter("admin")
    admin.route("/admin", AdminLive)
    live.add_router(admin)
    live.init_app(app)

    @app.get("/plain")
    async def plain() -> str:
        return await render_template_string(PLAIN_PAGE, CounterLive=CounterLive)

    return app

"""Views with streams, for tests."""

from __future__ import annotations

from typing import Any

from quart import Quart

from quart_live import LiveView, QuartLive


def row(number: Any, text: str) -> dict[str, Any]:
    """An item."""
    return {"id": number, "t": text}


class RowsLive(LiveView):
    """The page of the recordings: two streams and a counter."""

    inline_template = (
        '<b>{{ n }}</b>\n<ul id="rows" phx-update="stream">{% for dom_id, r in streams.rows %}'
        '<li id="{{ dom_id }}">{{ r.t }}{% if r.id == 2 %}<i>two</i>{% endif %}</li>{% endfor %}</ul>\n'
        '<ul id="other" phx-update="stream">{% for dom_id, r in streams.other %}<li id="{{ dom_id }}">'
        "{{ r.t }}</li>{% endfor %}</ul>"
    )

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(n=0)
        self.stream_configure("other", dom_id=lambda item: f"other-{item['id']}")
        self.stream("rows", [row(number, f"row {number}") for number in (1, 2, 3)])
        self.stream("other", [])
        await self.subscribe("rows")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        number = params.get("id")
        match event:
            case "inc":
                self.assign(n=self.assigns.n + 1)
            case "append":
                self.stream_insert("rows", row(number, f"new {number}"))
            case "at0":
                self.stream_insert("rows", row(number, f"top {number}"), at=0)
            case "update":
                self.stream_insert("rows", row(number, f"upd {number}"), update_only=True)
            case "limit":
                self.stream_insert("rows", row(number, f"lim {number}"), limit=-3)
            case "delete":
                self.stream_delete_by_dom_id("rows", f"rows-{number}")
            case "both":
                self.stream_insert("rows", row(number, "r"))
                self.stream_insert("other", row(number, "o"))
                self.stream_delete("rows", row(1, ""))
            case "many":
                self.stream("rows", [row(new, f"m {new}") for new in (50, 51, 52)])
            case "reset":
                self.stream("rows", [row(90, "after reset")], reset=True)
            case "reset_empty":
                self.stream("rows", [], reset=True)
            case "move":
                self.stream_delete_by_dom_id("rows", f"rows-{number}")
                self.stream_insert("rows", row(number, "moved"), at=0)
            case "at":
                self.stream_insert("rows", row(number, f"at {params['at']}"), at=params["at"])
            case "keep":
                self.stream_insert("rows", row(number, "kept"), at=0, limit=params["limit"])
        return None

    def handle_info(self, message: Any) -> None:
        self.stream_insert("rows", message)


class BranchLive(LiveView):
    """A stream that comes and goes with a branch, and streams chosen by name in a loop."""

    inline_template = """
        {% if on %}<ul id="rows" phx-update="stream">
          {% for dom_id, r in streams.rows %}<li id="{{ dom_id }}">{{ r.t }}</li>{% endfor %}</ul>{% endif %}
        {% for room in rooms %}<section id="{{ room }}"><ol id="{{ room }}-list" phx-update="stream">
          {% for dom_id, r in streams[room] %}<li id="{{ dom_id }}">{{ r.t }}</li>{% endfor %}</ol></section>
        {% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(on=True, rooms=["items", "b"])
        for name in ("rows", "items", "b"):
            self.stream(name, [row(1, f"{name} 1")])

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "insert":
            self.stream_insert(params["into"], row(params["id"], params["t"]))
        elif event == "rooms":
            self.assign(rooms=params["names"])
        else:
            self.assign(on=not self.assigns.on)
        return None


class MistakenLive(LiveView):
    """Does with streams what is not allowed."""

    inline_template = "<p>{{ streams.rows is defined }}</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.stream("known", [])
        match params["how"]:
            case "unknown":
                self.stream_insert("rows", row(1, ""))
            case "no id":
                self.stream("known", ["text"])
            case "configured late":
                self.stream_configure("known", dom_id=str)
            case "assigned":
                self.assign(streams={})


def make_app(*views: tuple[str, type[LiveView]]) -> Quart:
    """An app with these views."""
    app = Quart("stream_tests")
    app.secret_key = "for tests"
    live = QuartLive(app)
    for rule, view in (("/rows", RowsLive), ("/branch", BranchLive), ("/wrong", MistakenLive), *views):
        live.route(rule, view)
    return app

"""Live sessions, hooks and views that go places, for the tests of navigation."""

from __future__ import annotations

from typing import Any, ClassVar

from jinja2 import DictLoader
from quart import Quart, flash, redirect, render_template_string
from quart.typing import ResponseReturnValue

from quart_live import HALT, LiveRouter, LiveView, QuartLive

LAYOUT = """<!doctype html><html>
<head>{{ csrf_meta_tag() }}{{ live_title(page_title, suffix=" | site") }}</head>
<body><a id="out" {{ live_navigate("/away") }}>away</a>{{ inner_content }}</body></html>"""


class Log:
    """The calls in their order; hooks and views write to it."""

    lines: ClassVar[list[str]] = []


def note(view: LiveView, what: str) -> None:
    """Write down what ran, and in which of the two renders."""
    Log.lines.append(f"{what} {'socket' if view.connected else 'http'}")


async def first(view: LiveView, params: Any, session: Any, stage: str) -> None:
    """A hook that assigns."""
    note(view, f"first {stage} {params.get('q', '-')} {session.get('team', '-')}")
    view.assign(by_hook="yes")


class Gate:
    """A hook as a class: sends people away in the way the address says."""

    def on_mount(self, view: LiveView, params: Any, session: Any, stage: str) -> str | None:
        """Called before mount."""
        note(view, f"gate {stage}")
        if params.get("when") not in (None, "socket" if view.connected else "http"):
            return None
        match params.get("gate"):
            case "redirect":
                view.put_flash("info", "sign in first")
                view.redirect(to="/home")
                return HALT
            case "navigate":
                view.put_flash("info", "sign in first")
                view.push_navigate("/home")
            case "halt":
                return HALT
            case "odd":
                return "maybe"
        return None


class HomeLive(LiveView):
    """Shows the flash, and goes wherever it is told to."""

    inline_template = """<h1>Home</h1><i id="flash">{{ flash.info }}</i><b id="q">{{ q }}</b>
<a id="patch" {{ live_patch("?q=link") }}>patch</a>
<a id="go" {{ live_navigate("/members", replace=True) }}>go</a>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        note(self, "mount home")
        self.assign(q="", page_title=params.get("title"))
        here = "when" not in params or params["when"] == ("socket" if self.connected else "http")
        if "mount" in params and here:
            self.put_flash("info", "from mount")
            getattr(self, params["mount"])(**{"to": params["to"]})

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        note(self, f"params {params.get('q', '')}")
        self.assign(q=params.get("q", ""))
        count = params.get("count")
        if count is not None and int(count) > 0:
            self.push_patch(f"/home?count={int(count) - 1}")

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "title":
            self.assign(page_title=params["title"])
            return None
        self.put_flash("info", f"by {event}")
        getattr(self, event)(**params)
        return None


class MembersLive(LiveView):
    """In the guarded live session."""

    inline_template = "<h1>Members {{ by_hook }} {{ team }}</h1><i id='flash'>{{ flash.info }}</i>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        note(self, "mount members")
        self.assign(team=session["team"])


class OwnHooksLive(LiveView):
    """Has hooks of its own."""

    inline_template = "<p>{{ by_hook }}</p>"
    on_mount = ((first, "own"),)


class AroundLive(LiveView):
    """Has a nested view with hooks."""

    inline_template = '{{ live_render("OwnHooksLive", id="inner") }}'


class PlainerLive(LiveView):
    """Another layout within the guarded live session."""

    inline_template = "<p>plainer</p>"
    layout = "other.html"


class PingLive(LiveView):
    """Sends everybody to its twin, once connected."""

    inline_template = "<p>ping</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if self.connected:
            self.push_navigate("/pong")


class PongLive(LiveView):
    """Sends everybody back."""

    inline_template = "<p>pong</p>"

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        if self.connected:
            self.push_navigate("/ping")


async def members_session() -> dict[str, Any]:
    """Extra session of the guarded live session."""
    return {"team": "red"}


def make_app() -> Quart:
    """A fresh app."""
    app = Quart("navigation_tests")
    app.secret_key = "for tests"
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_loader = DictLoader({"site.html": LAYOUT, "other.html": LAYOUT})
    Log.lines = []
    live = QuartLive(app)
    for rule, view in {
        "/home": HomeLive,
        "/own": OwnHooksLive,
        "/around": AroundLive,
        "/ping": PingLive,
        "/pong": PongLive,
    }.items():
        live.route(rule, view)
    members = LiveRouter(
        "members", layout="site.html", on_mount=[first, (Gate, "strict")], session=members_session
    )
    members.route("/members", MembersLive)
    members.route("/plainer", PlainerLive)
    members.route("/members/own", OwnHooksLive, name="members_own")
    live.add_router(members)

    @app.get("/say")
    async def say() -> ResponseReturnValue:
        await flash("said", "info")
        return redirect("/home")

    @app.get("/plain")
    async def plain() -> str:
        return await render_template_string("<p id='flash'>{{ live_flash().info }}</p>")

    return app

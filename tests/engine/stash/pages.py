"""Views and apps with a stash, for its tests."""

from __future__ import annotations

from typing import Any, ClassVar

from jinja2 import DictLoader
from quart import Quart, Response, redirect, session

from quart_live import LiveView, QuartLive, Stash
from quart_live.components import LiveComponent
from quart_live.stash import StashStore
from quart_live.stash.declaration import reconnect, user
from quart_live.stash.declaration import session as session_scope


class NotesLive(LiveView):
    """A draft for this visit, a tab for the session, a filter for the user; does what events say."""

    stash = Stash(draft="reconnect", tab="session", filter="user")
    inline_template = """
        <p id="draft">{{ draft }}</p><p id="tab">{{ tab }}</p><p id="filter">{{ filter }}</p>
        <p id="status">{{ status }}</p>
        <form id="f" phx-change="type"><input name="draft" value="{{ draft }}"></form>
        <button id="news" phx-click="set" phx-value-tab="news">News</button>
        <button id="unread" phx-click="set" phx-value-filter="unread">Unread</button>
        <button id="clear" phx-click="clear">Clear</button>
        <button id="crash" phx-click="crash">Crash</button>
        <a id="other" href="/other" data-phx-link="redirect" data-phx-link-state="push">Other</a>"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(draft="", tab="all", filter="none")
        self.assign(status=str(self.stash_status), seen=(self.assigns.draft, self.assigns.tab))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        match event:
            case "set":
                self.assign(**{key: value for key, value in params.items() if key != "value"})
            case "type":
                self.assign(draft=params["draft"])
            case "set and clear":
                self.assign(draft=params["draft"])
                self.clear_stash(*params.get("names", ()))
            case "clear":
                self.clear_stash()
            case "append":
                self.assigns.draft.append(params["item"])
                self.touch("draft")
                return None
            case "go":
                self.assign(**params["set"])
                self.push_navigate("/other")
            case "crash":
                raise RuntimeError("asked to crash")
        return {name: self.assigns[name] for name in ("draft", "tab", "filter", "status")}

    def handle_info(self, message: Any) -> None:
        self.assign(draft=message)


class ServerLive(NotesLive):
    """The same, all of it on the server."""

    stash = Stash(
        draft=reconnect(store="memory"), tab=session_scope(store="memory"), filter=user(store="memory")
    )


class StoredLive(NotesLive):
    """The same, all of it in the store that outlives the process."""

    stash = Stash(
        draft=reconnect(store="store"), tab=session_scope(store="store"), filter=user(store="store")
    )


class SecretLive(NotesLive):
    """The same, encrypted."""

    stash = Stash(draft=reconnect(encrypt=True), tab=session_scope(encrypt=True), filter=user(encrypt=True))


class PickyLive(LiveView):
    """Fails with certain values: in mount, or when it is rendered."""

    stash = Stash(value="session", choice=session_scope(store="memory"))
    inline_template = '<p id="value">{{ 12 // value }}</p><p id="status">{{ status }}</p>'
    fails: ClassVar[set[object]] = set()

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(value=1, choice=1)
        if self.fails.intersection([self.assigns.choice, self.assigns.value]):
            raise RuntimeError("a choice that does not work")
        self.assign(status=str(self.stash_status))

    def handle_info(self, message: Any) -> None:
        self.assign(**message)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        self.assign(**params)
        return None


class OtherLive(LiveView):
    """Somewhere else to go."""

    inline_template = """<h1>Other</h1>
        <a id="family" href="/family" data-phx-link="redirect" data-phx-link-state="push">Family</a>"""


class FamilyLive(LiveView):
    """A view with views inside."""

    inline_template = """<h1>Family</h1>{{ live_render("NotesLive", id="inside") }}
        {{ live_render("PickyLive", id="picky") }}"""


class DraftComponent(LiveComponent):
    """A component with a stash of its own."""

    stash = Stash(text="reconnect", size=session_scope(store="memory"))
    inline_template = """<p id="c-{{ id }}" phx-click="set" phx-target="{{ myself }}">
        {{ text }} {{ size }} {{ status }}</p>"""

    async def mount(self) -> None:
        self.assign(text="empty", size=1, status=str(self.stash_status))

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        if event == "clear":
            self.clear_stash()
        else:
            self.assign(**{key: value for key, value in params.items() if key != "value"})
        return None


class DeskLive(LiveView):
    """A view without a stash, with two components that have one."""

    inline_template = """{% for id in ids %}{{ live_component(draft_component, id=id) }}{% endfor %}"""

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        self.assign(ids=["a", "b"], draft_component=DraftComponent)


def stash_app(
    *,
    secret_key: str = "for tests",
    store: StashStore | None = None,
    memory: StashStore | None = None,
    layout: str | None = None,
    **config: Any,
) -> Quart:
    """A fresh app: what a new process would have, but for the stores that are passed in.

    Args:
        secret_key: of the app.
        store: a store for the user scope.
        memory: what ``store="memory"`` means, to outlive the app.
        layout: a template for the page, instead of the built-in one.
        config: Quart's.
    """
    app = Quart("stash_tests")
    app.secret_key = secret_key
    app.config.update(config)
    if layout is not None:
        app.jinja_env.loader = DictLoader({"layout.html": layout})
    live = QuartLive(app, layout="layout.html" if layout is not None else None)
    if memory is not None:
        live.stash.add("memory", memory)
    if store is not None:
        live.stash.add("store", store)
    routes = {"/notes": NotesLive, "/server": ServerLive, "/secret": SecretLive, "/picky": PickyLive,
              "/other": OtherLive, "/desk": DeskLive, "/family": FamilyLive}  # fmt: skip
    if store is not None:
        routes["/stored"] = StoredLive
    for rule, view in routes.items():
        live.route(rule, view)

    @app.get("/sign-in/<user>")
    async def sign_in(user: str) -> str:
        session["user_id"] = user
        return "hello"

    @app.get("/sign-out")
    async def sign_out() -> Response:
        response = redirect("/notes")
        await live.stash.sign_out(response)
        session.clear()
        return response  # type: ignore[return-value]

    @app.get("/sign-out-only")
    async def sign_out_only() -> str:
        session.pop("user_id")  # the session goes on, and nothing is told to the stash
        return "bye"

    return app

"""`QuartLive`: the Quart extension that puts live views into an app.

    app = Quart(__name__)
    app.secret_key = "change me"
    live = QuartLive(app)
    live.route("/", CounterLive)

Or, with an application factory::

    live = QuartLive(layout="layout.html")

    def create_app():
        app = Quart(__name__)
        live.init_app(app)
        return app

A factory may make several apps, as a test suite does. What was declared before `init_app` (routes, hooks,
stores) holds for each of them; all else, sockets and templates and tokens, each has for itself, in
``app.extensions["quart_live"]``. Used as ``live`` it is that of the current app, or of the newest one.
"""

from __future__ import annotations

import copy
import weakref
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakSet

from quart import Quart, Response

from . import logs
from .channel.channel import Channel, State
from .channel.open_channels import OpenChannels
from .channel.turns import Turns
from .diffs.templates import TemplateLibrary
from .errors import LiveViewError
from .http import client_files, page
from .http.development import Reloader
from .http.page_helpers import PageMethods
from .mailbox.dispatcher import Dispatcher
from .of_each_app import OfEachApp
from .protocol.asgi import ASGIApp
from .protocol.tokens import Tokens, secret_keys_of
from .pubsub import LocalPubSub, PubSub
from .router import LiveRoute, LiveRouter, LiveRoutes
from .settings import Settings, static_folder_of
from .socket.budgets import Budgets
from .socket.limits import Recently
from .socket.middleware import SocketMiddleware
from .socket.shutdown import Service, shut_down
from .socket.sign_out import DISCONNECT, topic_of
from .socket.sweeper import Sweeper
from .stash import Stashes
from .telemetry import Telemetry
from .view.registry import ViewRegistry
from .view.session import ConnectHook
from .view.static_tracking import StaticFiles
from .view.view import LiveView

if TYPE_CHECKING:
    from collections.abc import Callable


class QuartLive(OfEachApp, PageMethods):
    """Live views for a Quart app, or for each app of a factory.

    Args:
        app: the app, or ``None`` to call `init_app` later.
        path: address under which the socket and the client files are.
        layout: Quart template for the page around a view; it gets ``inner_content``, ``page_title`` and
            ``live_view``.
            Without one a plain page is made.
        pubsub: the PubSub to use; by default one within this process.

    Attributes:
        sockets: the open sockets.
        services: what starts and stops with the server, such as `Presence`.
    """

    def __init__(
        self,
        app: Quart | None = None,
        *,
        path: str = "/live",
        layout: str | None = None,
        pubsub: PubSub | None = None,
    ) -> None:
        self.path = path.rstrip("/")
        self.layout = layout
        self.connect_hooks: list[ConnectHook] = []
        self.telemetry = Telemetry()
        self.services: list[Service] = []
        self.running: WeakSet[QuartLive] = WeakSet()  # which of its apps are being served
        self._routers: dict[str, LiveRouter] = {"default": LiveRouter("default")}
        self._stash = Stashes(self, self._secret_keys)
        self._begin()
        self.pubsub = pubsub or LocalPubSub()
        if app is not None:
            self.init_app(app)

    # -- setting up ----------------------------------------------------------------------------------------

    def init_app(self, app: Quart) -> None:
        """Wrap ``app``: its socket, its routes, its template helpers.

        Raises:
            LiveViewError: if it serves the app already.
        """
        if (known := app.extensions.get("quart_live")) is not None and known._shared is self._shared:
            raise LiveViewError("this QuartLive serves this app already; call init_app once for each app")
        bound = copy.copy(self._shared)
        bound._serve(app)
        app.extensions["quart_live"] = bound
        self._shared._newest = weakref.ref(bound)

    def _serve(self, app: Quart) -> None:
        """Be what ``app`` has for itself; this object is a fresh copy of what was declared."""
        self._app, self._settings = app, None
        self.sockets, self.views, self.open_channels = set(), ViewRegistry(), OpenChannels()
        self.dispatcher, self.stopping, self.told_to_reload = Dispatcher(), False, Recently()
        self.warned_of, self.budgets, self.sweeper = Recently(seconds=3600), Budgets(), Sweeper(self)
        self.connect_hooks, self._routers = list(self.connect_hooks), dict(self._routers)
        self._stash = self._stash.of_app(self, self._secret_keys)
        self.routes = LiveRoutes(app)
        self.templates = TemplateLibrary(app)
        self.tokens = Tokens(self._secret_keys)
        self.statics = StaticFiles(static_folder_of(app), app.static_url_path or "/static", app.debug)
        self.reloader = Reloader(self)
        if app.config.get("LIVE_REDACT_LOGS", True):
            logs.redact(self.path)
        below = cast(ASGIApp, app.asgi_app)
        app.asgi_app = SocketMiddleware(below, self)  # type: ignore[assignment]
        app.add_url_rule(f"{self.path}/client/<name>", "live_client", self._serve_client)
        app.jinja_env.globals.update(self.page_helpers())
        for router in self._routers.values():
            for route in router.routes:
                self._add(route)

    def route(
        self, rule: str, view: type[LiveView], *, name: str | None = None, action: str | None = None
    ) -> None:
        """Show ``view`` at ``rule``, in the default live session; `LiveRouter.route` has the arguments."""
        bound = self._bound_or_none()
        if bound is None:
            self._routers["default"].route(rule, view, name=name, action=action)
        else:
            bound._add(bound._routers["default"].make(rule, view, name=name, action=action))

    def add_router(self, router: LiveRouter) -> None:
        """Add the routes of a live session. Add them to the router first.

        Raises:
            LiveViewError: if another router has this name.
        """
        bound = self._bound_or_none()
        if (bound or self)._routers.setdefault(router.name, router) is not router:
            raise LiveViewError(f"there is already a live router named {router.name!r}")
        if bound is not None:
            for route in router.routes:
                bound._add(route)

    def on_connect(self, hook: ConnectHook) -> ConnectHook:
        """Decorator: let ``async def hook()`` add to the session that views are mounted with.

        It runs once for each rendered page, in its request context, and once for each socket, in a
        websocket context; so ``quart_auth.current_user`` and the like work in it.
        """
        (self._bound_or_none() or self).connect_hooks.append(hook)
        return hook

    # -- what is going on ----------------------------------------------------------------------------------

    @property
    def app(self) -> Quart:
        """The app that is served."""
        app = self._bound()._app
        assert app is not None
        return app

    @property
    def stash(self) -> Stashes:
        """Where state is kept that survives; see ``stash/``."""
        return (self._bound_or_none() or self)._stash

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The connected views now, oldest first. Each has ``topic``, ``view`` and ``crash(reason)``."""
        return tuple(channel for channel in self.open_channels if channel.state is State.JOINED)

    @property
    def settings(self) -> Settings:
        """Settings, read from the app's config at first use."""
        bound = self._bound()
        if bound._settings is None:
            bound._settings = Settings.of(bound.app)
            bound.tokens.session_max_age = bound._settings.session_max_age
        return bound._settings

    @cached_property
    def turns(self) -> Turns:
        """Who may join now."""
        return Turns(self.settings.joins_per_account, self.settings.joins_per_address)

    @property
    def client_version(self) -> str:
        """Version of the installed client."""
        return client_files.client_version(self.settings.client_dir)

    async def disconnect(self, socket_id: str) -> None:
        """Close all sockets with this ``live_socket_id``, here and in all processes that share the PubSub.

        The browsers come back at once; revoke what lets them in first. See ``socket/sign_out.py``.
        """
        await self.pubsub.broadcast(topic_of(socket_id), DISCONNECT)

    async def startup(self) -> None:
        """Start what lives as long as the server. Runs by itself at the beginning of the ASGI lifespan."""
        if not self.running:  # else another app has done so
            await self.pubsub.start()
            for service in self.services:
                await service.start()
        self.running.add(self._bound())

    async def shutdown(self) -> None:
        """Close all sockets with 1012, so that the browsers come back quietly, and wait for their views.

        Runs by itself at the end of the ASGI lifespan. Call it earlier where the server offers a hook.
        """
        await shut_down(self._bound())

    # -- for the engine ---

    def _add(self, route: LiveRoute) -> None:
        new = self.routes.add(route)
        self.views.name_of(route.view)
        self.app.add_url_rule(
            route.rule, route.endpoint, self._page_of(route) if new else None, methods=["GET"]
        )

    def _page_of(self, route: LiveRoute) -> Callable[..., Any]:
        async def live_page(**_: Any) -> Response:
            return await page.render_route(self, route)

        return live_page

    async def _serve_client(self, name: str) -> Response:
        return await client_files.serve(self.settings.client_dir, name)

    def _secret_keys(self) -> list[str]:
        return secret_keys_of(self.app)

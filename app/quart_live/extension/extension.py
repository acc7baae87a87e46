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
stores) holds for each of them; all else, sockets and templates and tokens, each has for itself
(`QuartLive.runtime`). A copy of the object that belongs to one app alone is in its
``app.extensions["quart_live"]``; the object itself stands for the current app, or for the newest one.
"""

from __future__ import annotations

import copy
import weakref
from typing import TYPE_CHECKING, Any, cast

from quart import Quart, Response

from .. import logs
from ..errors import LiveViewError
from ..http import client_files, page
from ..http.development import Reloader
from ..http.page_helpers import PageMethods
from ..mailbox.endings import Endings, Part
from ..protocol.asgi import ASGIApp
from ..pubsub import LocalPubSub, PubSub
from ..router import LiveRoute, LiveRouter
from ..runtime.runtime import Runtime
from ..socket.middleware import SocketMiddleware
from ..socket.open_sockets import OpenSockets
from ..socket.shutdown import Service, close_all
from ..socket.sign_out import DISCONNECT, topic_of
from ..stash import Stashes
from ..telemetry import Telemetry
from ..view.registry import ViewRegistry
from ..view.session import ConnectHook
from ..view.view import LiveView
from .current_app import OfEachApp

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
        services: what starts and stops with the server, such as `Presence`.
        telemetry: who wants to know what happens; see ``telemetry.py``.
    """

    _sockets: OpenSockets
    _reloader: Reloader

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
        self.telemetry = Telemetry()
        self.services: list[Service] = []
        self._pubsub = pubsub or LocalPubSub()
        self._connect_hooks: list[ConnectHook] = []
        self._routers: dict[str, LiveRouter] = {"default": LiveRouter("default")}
        self._stash = Stashes(lambda: [], ViewRegistry(), self._connect_hooks)
        self._declare()
        if app is not None:
            self.init_app(app)

    # -- setting up ----------------------------------------------------------------------------------------

    def init_app(self, app: Quart) -> None:
        """Wrap ``app``: its socket, its routes, its template helpers.

        Raises:
            LiveViewError: if it serves the app already.
        """
        known = app.extensions.get("quart_live")
        if known is not None and known._declared is self._declared:
            raise LiveViewError("this QuartLive serves this app already; call init_app once for each app")
        bound = copy.copy(self._declared)
        bound._serve(app)
        app.extensions["quart_live"] = bound
        self._declared._newest = weakref.ref(bound)

    def _serve(self, app: Quart) -> None:
        """Be the object of ``app``; so far this is a copy of what was declared."""
        self._connect_hooks, self._routers = list(self._connect_hooks), dict(self._routers)
        self._runtime = runtime = Runtime(
            app,
            path=self.path,
            layout=self.layout,
            connect_hooks=self._connect_hooks,
            telemetry=self.telemetry,
            pubsub=self.pubsub,
            stash=self._stash,
        )
        self._runtimes.add(runtime)
        self._stash = runtime.stash
        self._sockets = OpenSockets(runtime, lambda: self._reloader.start())
        self._reloader = Reloader(runtime, self._sockets)
        if app.config.get("LIVE_REDACT_LOGS", True):
            logs.redact(self.path)
        below = cast(ASGIApp, app.asgi_app)
        app.asgi_app = SocketMiddleware(  # type: ignore[assignment]
            below, runtime, self._sockets, self.startup, self.shutdown
        )
        app.add_url_rule(f"{self.path}/client/<name>", "live_client", self._serve_client)
        app.jinja_env.globals.update(self._page_helpers())
        for router in self._routers.values():
            for route in router.routes:
                self._add(route)

    def route(
        self, rule: str, view: type[LiveView], *, name: str | None = None, action: str | None = None
    ) -> None:
        """Show ``view`` at ``rule``, in the default live session; `LiveRouter.route` has the arguments."""
        if (of_app := self._of_app()) is not None:
            of_app.route(rule, view, name=name, action=action)
        elif self._runtime is None:
            self._routers["default"].route(rule, view, name=name, action=action)
        else:
            self._add(self._routers["default"].make(rule, view, name=name, action=action))

    def add_router(self, router: LiveRouter) -> None:
        """Add the routes of a live session. Add them to the router first.

        Raises:
            LiveViewError: if another router has this name.
        """
        if (of_app := self._of_app()) is not None:
            of_app.add_router(router)
            return
        if self._routers.setdefault(router.name, router) is not router:
            raise LiveViewError(f"there is already a live router named {router.name!r}")
        if self._runtime is not None:
            for route in router.routes:
                self._add(route)

    def on_connect(self, hook: ConnectHook) -> ConnectHook:
        """Decorator: let ``async def hook()`` add to the session that views are mounted with.

        It runs once for each rendered page, in its request context, and once for each socket, in a
        websocket context; so ``quart_auth.current_user`` and the like work in it.
        """
        if (of_app := self._of_app()) is not None:
            return of_app.on_connect(hook)
        self._connect_hooks.append(hook)
        return hook

    # -- while it runs -------------------------------------------------------------------------------------

    @property
    def sockets(self) -> OpenSockets:
        """The open sockets now."""
        bound = self._bound()
        return self._sockets if bound is self else bound.sockets

    async def disconnect(self, socket_id: str) -> None:
        """Close all sockets with this ``live_socket_id``, here and in all processes that share the PubSub.

        The browsers come back at once; revoke what lets them in first. See ``socket/sign_out.py``.
        """
        await self.pubsub.broadcast(topic_of(socket_id), DISCONNECT)

    async def startup(self) -> None:
        """Start what lives as long as the server. Runs by itself at the beginning of the ASGI lifespan."""
        if not self._running:  # else another app has done so
            await self.pubsub.start()
            for service in self.services:
                await service.start()
        self._running.add(self.runtime)

    async def shutdown(self) -> None:
        """Close all sockets with 1012, so that the browsers come back quietly, and wait for their views.

        Runs by itself at the end of the ASGI lifespan. Call it earlier where the server offers a hook.
        """
        if (of_app := self._of_app()) is not None:
            await of_app.shutdown()
            return
        runtime = self.runtime
        runtime.stopping = True
        try:
            await close_all(runtime, self._sockets)
            endings = Endings()
            endings.add(Part.SERVICES, self._reloader.stop)
            self._running.discard(runtime)
            if not self._running:  # else another app of the same factory still needs them
                for service in self.services:
                    endings.add(Part.SERVICES, service.stop)
                endings.add(Part.SERVICES, self.pubsub.close)
            await endings.run("the server")
        finally:
            runtime.stopping = False

    # -- the routes ----------------------------------------------------------------------------------------

    def _add(self, route: LiveRoute) -> None:
        new = self.runtime.routes.add(route)
        self.runtime.views.name_of(route.view)
        self.app.add_url_rule(
            route.rule, route.endpoint, self._page_of(route) if new else None, methods=["GET"]
        )

    def _page_of(self, route: LiveRoute) -> Callable[..., Any]:
        async def live_page(**_: Any) -> Response:
            return await page.render_route(self.runtime, route)

        return live_page

    async def _serve_client(self, name: str) -> Response:
        return await client_files.serve(self.settings.client_dir, name)

"""Live routes: which address shows which view.

    live.route("/rooms/<int:id>", RoomLive)
    live.route("/rooms/<int:id>/edit", RoomLive, action="edit")

A live route is an ordinary Quart route, so converters, blueprints' prefixes and ``url_for`` work; its
endpoint is the view's class name in snake case (``room_live``, ``room_live_edit``) unless ``name`` says
otherwise. Between the addresses of one view its users go by patches; `LiveView.live_action` tells them apart.

The same rules answer on the socket: a patch, a live navigation and a join give a full URL, which
`LiveRoutes.match` turns into a view and its params.

A `LiveRouter` groups routes into a *live session*: users can go from one of its views to another over the
socket. Going to another live session loads a page, so that what is decided per page (the layout, who may
enter) is decided anew.

    admin = LiveRouter("admin", layout="admin.html", on_mount=[require_admin])
    admin.route("/admin/users", UsersLive)
    live.add_router(admin)
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote, urlsplit

from quart import Quart
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from .errors import LiveViewError, MalformedEventError
from .protocol import form_data
from .protocol.asgi import below
from .view.mount_hooks import MountHook, MountHooks
from .view.names import default_template_name
from .view.view import LiveView

SessionSource: TypeAlias = Mapping[str, Any] | Callable[[], Mapping[str, Any] | Awaitable[Mapping[str, Any]]]
"""Extra session of a live session: a mapping, or a function that makes one, in the page's request context."""


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """One rule and the view it shows.

    Attributes:
        rule: a Quart rule.
        view: the view class.
        endpoint: for ``url_for``.
        router: the live session that it belongs to.
        action: tells the view which of its addresses this is; see `LiveView.live_action`.
    """

    rule: str
    view: type[LiveView]
    endpoint: str
    router: LiveRouter
    action: str | None = None

    @property
    def layout(self) -> str | None:
        """The layout template that the view or its live session names; ``None`` for the extension's."""
        return self.view.layout or self.router.layout


@dataclass(frozen=True, slots=True)
class Match:
    """What an address means.

    Attributes:
        params: values of the route and the query string.
        route: the live route, or ``None`` if an ordinary Quart page has this address.
    """

    params: dict[str, Any]
    route: LiveRoute | None = None


class LiveRouter:
    """A named group of live routes, a live session.

    Args:
        name: part of the signed token of each page; a socket join must come back to the same router.
        layout: layout template for its views, unless a view names its own.
        on_mount: hooks that run before each mount of its views; see `hooks`.
        session: more session for its views, JSON values only: a mapping, or a function (plain or ``async``)
            called while a page is made. It is put into the page's token, signed but readable.
    """

    def __init__(
        self,
        name: str = "default",
        *,
        layout: str | None = None,
        on_mount: Sequence[MountHook] = (),
        session: SessionSource | None = None,
    ) -> None:
        self.name = name
        self.layout = layout
        self.hooks = MountHooks(on_mount)
        self.routes: list[LiveRoute] = []
        self._session = session or {}

    async def page_session(self) -> dict[str, Any]:
        """The extra session for a page that is being made. Needs its request context."""
        source = self._session
        if not callable(source):
            return dict(source)
        made = source()
        return dict(await made if inspect.isawaitable(made) else made)

    def route(
        self, rule: str, view: type[LiveView], *, name: str | None = None, action: str | None = None
    ) -> LiveRoute:
        """Show ``view`` at ``rule``.

        Args:
            rule: a Quart rule such as ``/rooms/<int:id>``.
            view: the view class.
            name: endpoint for ``url_for``; by default the class name in snake case, with the action if there
                is one.
            action: the view's ``live_action`` at this address, for views that have several.
        """
        route = self.make(rule, view, name=name, action=action)
        self.routes.append(route)
        return route

    def make(
        self, rule: str, view: type[LiveView], *, name: str | None = None, action: str | None = None
    ) -> LiveRoute:
        """The same, for one app only: the router does not keep it."""
        if not (isinstance(view, type) and issubclass(view, LiveView)):
            raise LiveViewError(f"live routes show LiveView classes, not {view!r}")
        endpoint = default_template_name(view).removesuffix(".html") + (f"_{action}" if action else "")
        return LiveRoute(rule, view, name or endpoint, self, action)


class LiveRoutes:
    """All live routes of one app, and the way from an address to its view."""

    def __init__(self, app: Quart) -> None:
        self._app = app
        self._by_endpoint: dict[str, LiveRoute] = {}

    def add(self, route: LiveRoute) -> bool:
        """Take a route in. Returns whether its endpoint is new.

        Raises:
            LiveViewError: if the endpoint belongs to another view.
        """
        known = self._by_endpoint.setdefault(route.endpoint, route)
        if (known.view, known.router, known.action) != (route.view, route.router, route.action):
            raise LiveViewError(f"endpoint {route.endpoint!r} is taken; give this route a name=… of its own")
        return known is route

    def by_endpoint(self, endpoint: str | None) -> LiveRoute | None:
        """The live route of an endpoint."""
        return self._by_endpoint.get(endpoint or "")

    def match(self, url: str, root_path: str = "") -> Match | None:
        """Find what is at ``url``, a full URL or a path; ``None`` if nothing is.

        Args:
            url: as the browser has it.
            root_path: the prefix under which the whole app is mounted; nothing of it is elsewhere.
        """
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        path = below(unquote(parts.path), root_path)  # a request's path is decoded, too
        found = self._match_path(path) if path is not None else None
        if found is None:
            return None
        endpoint, values = found
        return Match({**query_params(parts.query), **values}, self.by_endpoint(endpoint))

    def _match_path(self, path: str, follow: bool = True) -> tuple[str, Mapping[str, Any]] | None:
        adapter = self._app.url_map.bind("localhost", url_scheme="http", default_method="GET")
        try:
            return adapter.match(path)
        except RequestRedirect as redirect:  # a missing or superfluous slash at the end
            return self._match_path(unquote(urlsplit(redirect.new_url).path), False) if follow else None
        except HTTPException:
            return None


def query_params(query: str) -> dict[str, Any]:
    """The query string as params; nested names are decoded as in forms."""
    try:
        return form_data.decode(query)
    except MalformedEventError:
        return {}

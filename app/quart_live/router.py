"""Live routes: the addresses of live views.

    live.route("/rooms/<int:id>", RoomLive)
    live.route("/rooms/<int:id>/edit", RoomLive, action="edit")

A live route is an ordinary Quart route, so converters, blueprints' prefixes and ``url_for`` work; its
endpoint is the view's class name in snake case (``room_live``, ``room_live_edit``) unless a ``name`` is
given. Users go between the addresses of one view by patches; `LiveView.live_action` tells the addresses
apart.

The same rules are used on the socket: a patch, a live navigation and a join have a full URL, for which
`LiveRoutes.match` finds the view and its params.

A `LiveRouter` groups routes into a *live session*: users can go from one of its views to another over the
socket. Going to another live session loads a page, so that decisions about a page (its layout, access) are
made again.

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
"""Values that a live session adds to the session: a mapping, or a function that makes one for a page."""


@dataclass(frozen=True, slots=True)
class LiveRoute:
    """One rule and the view it shows.

    Attributes:
        rule: a Quart rule.
        view: the view class.
        endpoint: the endpoint for ``url_for``.
        router: the router of its live session.
        action: the view's `LiveView.live_action` at this address.
    """

    rule: str
    view: type[LiveView]
    endpoint: str
    router: LiveRouter
    action: str | None = None

    @property
    def layout(self) -> str | None:
        """The layout template of the view or its live session; ``None`` for that of `QuartLive`."""
        return self.view.layout or self.router.layout


@dataclass(frozen=True, slots=True)
class Match:
    """The page at an address.

    Attributes:
        params: the values of the route and of the query string.
        route: the live route; ``None`` for an ordinary Quart page.
    """

    params: dict[str, Any]
    route: LiveRoute | None = None


class LiveRouter:
    """A named group of live routes, a live session.

    Args:
        name: the name, which is part of the signed token of each page: a join has to be for the same router.
        layout: the layout template for its views, unless a view has its own.
        on_mount: the hooks that run before each mount of its views; see :mod:`quart_live.view.mount_hooks`.
        session: values to add to the session of its views, JSON only: a mapping, or a function (plain or
            ``async``) that is called in the request of a page. They are in the page's token, signed but
            readable.
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
        """Return the values to add to the session of a page. Needs its request context.

        Raises:
            Exception: the error of the app's function.
        """
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
            name: the endpoint for ``url_for``; by default the class name in snake case, with the action if
                there is one.
            action: the view's ``live_action`` at this address, for views that have several.

        Returns:
            The new route.

        Raises:
            LiveViewError: if ``view`` is not a subclass of `LiveView`.
        """
        route = self.make(rule, view, name=name, action=action)
        self.routes.append(route)
        return route

    def make(
        self, rule: str, view: type[LiveView], *, name: str | None = None, action: str | None = None
    ) -> LiveRoute:
        """Make a route like `route`, but do not add it to this router.

        Raises:
            LiveViewError: if ``view`` is not a subclass of `LiveView`.
        """
        if not (isinstance(view, type) and issubclass(view, LiveView)):
            raise LiveViewError(f"a live route needs a subclass of LiveView, not {view!r}")
        endpoint = default_template_name(view).removesuffix(".html") + (f"_{action}" if action else "")
        return LiveRoute(rule, view, name or endpoint, self, action)


class LiveRoutes:
    """All live routes of one app, to be found by address or endpoint."""

    def __init__(self, app: Quart) -> None:
        self._app = app
        self._by_endpoint: dict[str, LiveRoute] = {}

    def add(self, route: LiveRoute) -> bool:
        """Add a route. Return whether its endpoint is new.

        Raises:
            LiveViewError: if the endpoint belongs to another view.
        """
        known = self._by_endpoint.setdefault(route.endpoint, route)
        if (known.view, known.router, known.action) != (route.view, route.router, route.action):
            raise LiveViewError(f"endpoint {route.endpoint!r} is taken; give this route a name=… of its own")
        return known is route

    def by_endpoint(self, endpoint: str | None) -> LiveRoute | None:
        """Return the live route of an endpoint; None if there is none."""
        return self._by_endpoint.get(endpoint or "")

    def match(self, url: str, root_path: str = "") -> Match | None:
        """Return the page at an address; None if there is none.

        Args:
            url: the full URL in the browser, or a path.
            root_path: the prefix under which the whole app is mounted; other addresses are not the app's.
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
    """Return a query string as params; nested names are decoded as in forms. A malformed one is empty."""
    try:
        return form_data.decode(query)
    except MalformedEventError:
        return {}

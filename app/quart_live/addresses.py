"""Addresses of the app's own pages, the same during a request and on the socket.

An app may be mounted below a prefix (``root_path`` in ASGI): by ``uvicorn --root-path /chat`` behind a proxy
that strips the prefix, or by a dispatcher that keeps it. A request knows its prefix and its host, and so does
the handshake of a socket; `Site` keeps them for handlers that run later.

    self.push_navigate(to=self.url_for("room_live", id=7))     # /chat/rooms/7
    {{ url_for("room_live", id=7, _external=True) }}            # https://talk.example/chat/rooms/7
"""

from __future__ import annotations

from collections.abc import Hashable
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote

from quart import Quart, has_request_context, has_websocket_context, request, websocket
from quart.wrappers import Request, Websocket
from werkzeug.routing import BuildError, MapAdapter

from .errors import LiveViewError


class Site:
    """The app at the address by which one browser reaches it.

    Args:
        app: the app.
        came_by: the request, or the handshake of the socket; None outside of both.

    Attributes:
        adapter: the URL adapter, for Quart's own ``url_for``.
        root_path: the prefix under which the whole app is mounted; empty if there is none.
        key: the key of its addresses: browsers with equal keys see equal addresses.
    """

    __slots__ = ("_app", "adapter", "key", "root_path")

    def __init__(self, app: Quart, came_by: Request | Websocket | None) -> None:
        self._app = app
        self.adapter: MapAdapter = app.create_url_adapter(came_by) or app.url_map.bind(
            "localhost", script_name=app.config["APPLICATION_ROOT"]
        )
        self.root_path = came_by.root_path.rstrip("/") if came_by is not None else ""
        secure = self.adapter.url_scheme in ("https", "wss")
        self.key: Hashable = (self.root_path, self.adapter.server_name, self.adapter.subdomain, secure)

    def url_for(
        self,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _external: bool | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        **values: Any,
    ) -> str:
        """Return the address of an endpoint, as Quart's ``url_for``.

        A dot before the endpoint is left out, as a view belongs to no blueprint.

        Raises:
            BuildError: if there is no such endpoint, or values are missing.
            ValueError: for a ``_scheme`` together with ``_external=False``.
        """
        if _external is None:
            _external = _scheme is not None
        if _scheme is not None and not _external:
            raise ValueError("External must be True for scheme usage")
        endpoint = endpoint.removeprefix(".")
        self._app.inject_url_defaults(endpoint, values)
        try:
            url = self.adapter.build(
                endpoint, values, method=_method, force_external=_external, url_scheme=_scheme
            )
        except BuildError as error:
            return self._app.handle_url_build_error(error, endpoint, values)
        return url if _anchor is None else f"{url}#{quote(_anchor, safe=_SAFE_IN_ANCHORS)}"


_SAFE_IN_ANCHORS = "%!#$&'()*+,/:;=?@"  # as Quart's own
_here: ContextVar[Site | None] = ContextVar("quart_live_site", default=None)


def enter(site: Site | None) -> None:
    """Make ``site`` the site of this context from now on; each channel and each request has its own."""
    _here.set(site)


def here() -> Site | None:
    """Return the site of the present handler or template, or None outside of a request and a socket."""
    return _here.get()


def key_of_here() -> Hashable:
    """Return the key of the present site, or None outside of a request and a socket."""
    site = _here.get()
    return site.key if site is not None else None


def root_path() -> str:
    """Return the prefix under which the app is mounted for the present browser."""
    if has_request_context():
        return request.root_path.rstrip("/")
    if has_websocket_context():
        return websocket.root_path.rstrip("/")
    site = _here.get()
    return site.root_path if site is not None else ""


class AddressMethods:
    """The methods of views and components for addresses."""

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Return the address of an endpoint, as Quart's ``url_for``: a path, unless ``_external=True``.

        It includes the prefix under which the app is mounted, which an address written by hand lacks.

        Args:
            endpoint: the endpoint; of a live view its class name in snake case, see `router`.
            values: values for the rule and the query; ``_anchor``, ``_external``, ``_method``, ``_scheme``.

        Raises:
            LiveViewError: outside of the view's handlers and its template.
            BuildError: if there is no such endpoint, or values are missing.
        """
        site = here()
        if site is None:
            raise LiveViewError("url_for works only in a view's handlers and template: call it there")
        return site.url_for(endpoint, **values)

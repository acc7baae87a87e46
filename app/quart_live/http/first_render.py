"""The first render of views: mounted once, rendered to HTML with all views inside them, and let go of.

Nested views are mounted after their parent has been rendered: its template leaves marks in their places. A
nested view that fails leaves its element empty, and the rest of the page is unharmed; it is tried again over
the socket.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from quart import request
from quart import session as quart_session
from werkzeug.exceptions import HTTPException

from .. import addresses
from ..channel.mounting import Outcome, enter
from ..diffs.view_rendering import ViewRendering
from ..errors import LiveViewError
from ..mailbox.faults import AsExceptions
from ..nested.placing import Placement, child_token, element, rendering
from ..protocol import csrf
from ..router import LiveRoute, Match, query_params
from ..view.connect_info import ConnectInfo
from ..view.handle import ViewHandle
from ..view.host import Host
from ..view.session import view_session
from ..view.state import state_of
from ..view.view import LiveView

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime

log = logging.getLogger("quart_live.page")


class LeftFromInsideError(Exception):
    """A nested view redirects in its mount, and the whole page with it.

    Attributes:
        view: the nested view.
        outcome: the outcome of its mount.
    """

    def __init__(self, view: LiveView, outcome: Outcome) -> None:
        super().__init__(f"{type(view).__name__} redirects")
        self.view = view
        self.outcome = outcome


@asynccontextmanager
async def mounted_first(
    runtime: Runtime,
    view_class: type[LiveView],
    element_id: str,
    *,
    route: LiveRoute | None = None,
    session: Mapping[str, Any] | None = None,
    flash: Mapping[str, str] | None = None,
    parent: LiveView | None = None,
) -> AsyncIterator[tuple[LiveView, Outcome]]:
    """Mount a view in the present HTTP request; let go of it when the block ends.

    Args:
        runtime: the app's runtime.
        view_class: the view class.
        element_id: the id of its element.
        route: the live route that was requested, if it is that route's view.
        session: further values for the session.
        flash: the flash messages for the view.
        parent: the view around it, if it is nested.

    Raises:
        LiveViewError: if the view makes a mistake in its mount; see `enter`.
        Exception: any exception of the view.
    """
    addresses.enter(addresses.Site(runtime.app, request._get_current_object()))  # type: ignore[attr-defined]
    view = view_class()
    host = Host()
    runtime.equip(host, request.root_path)
    if parent is not None:
        host.parent, host.inherited = ViewHandle(parent.id), state_of(parent).assigns.values
    state = state_of(view)
    state.host, view.id = host, element_id
    view.connect_info = ConnectInfo(request.remote_addr, dict(request.headers))
    state.assigns.update({"csrf_token": csrf.issue(quart_session)})
    state.show_flash(flash or {})
    params: dict[str, Any] = {}
    if parent is None:
        params = {**query_params(request.query_string.decode("latin-1")), **(request.view_args or {})}
    merged = {**await view_session(runtime.connect_hooks), **(session or {})}
    try:
        await runtime.stash.open(view, merged)
        yield view, await enter(view, Match(params, route), merged, request.url, runtime.routes)
    finally:
        await host.let_go()


async def render_first(runtime: Runtime, view: LiveView) -> Markup:
    """Return the HTML of a mounted view with all views inside it.

    Raises:
        LeftFromInsideError: if a view inside redirects.
        LiveViewError: if two nested views have the same id.
        HTTPException: if a view inside raises it.
        Exception: any exception of the template.
    """
    places = _FirstPlaces(runtime, view.id)
    with rendering(places):
        html = await ViewRendering(runtime.templates, view).html()
    for mark, placement in places.placed.items():
        html = html.replace(mark, await _child(runtime, view, placement))
    return Markup(html)


async def _child(runtime: Runtime, parent: LiveView, placement: Placement) -> Markup:
    content, static = Markup(""), runtime.tokens.sign_static(placement.id, {})
    try:
        around = None if placement.sticky else parent
        with AsExceptions(passes_cancelled=False):
            async with mounted_first(
                runtime, placement.view, placement.id, session=placement.session, parent=around
            ) as (view, outcome):
                if outcome.leave is not None:
                    raise LeftFromInsideError(view, outcome)
                content = await render_first(runtime, view)
        static = runtime.tokens.sign_static(view.id, dict(view.assigns["flash"].items()))
    except (LeftFromInsideError, HTTPException):
        raise
    except Exception:
        log.exception("%s could not be rendered inside %s", placement.view.__name__, type(parent).__name__)
    # A nested view gets its session token from its parent's join, and can be joined only then. A sticky view
    # joins by itself.
    session = child_token(runtime.views, runtime.tokens, placement, parent.id) if placement.sticky else ""
    return element(placement, session=session, static=static, parent_id=parent.id, content=content)


class _FirstPlaces:
    """The places of a first render: a mark for each child, which no template text can contain by accident."""

    def __init__(self, runtime: Runtime, parent_id: str) -> None:
        self.views, self._tokens = runtime.views, runtime.tokens
        self.parent_id = parent_id
        self.placed: dict[str, Placement] = {}
        self._nonce = secrets.token_hex(8)
        self._ids: set[str] = set()

    def put(self, placement: Placement) -> Markup:
        """Return the mark for a child.

        Raises:
            LiveViewError: if the template already has a child with this id.
        """
        if placement.id in self._ids:
            name = placement.view.__name__
            raise LiveViewError(
                f"two nested views have the id {placement.id!r}; give each an id=… of its own, "
                f"for example live_render({name!r}, id='{name.lower()}-' ~ item.id)"
            )
        self._ids.add(placement.id)
        mark = f"<!--live-{self._nonce}-{len(self.placed)}-->"
        self.placed[mark] = placement
        return Markup(mark)

"""What a nested view shows in the first render over HTTP, made once more over the socket.

For a view that cannot mount when it is connected: the browser shall go on showing what it shows. The same
steps as in ``first_render``, without a request and without a stash. Views inside are written without what
would make them views; they come back with the one around them.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from .. import addresses
from ..diffs.view_rendering import ViewRendering
from ..mailbox.faults import Contained
from ..nested.handle import ViewHandle
from ..nested.placing import Placement, child_token, element, rendering, write_element
from ..router import Match
from ..view.host import Host
from ..view.state import state_of
from ..view.view import LiveView
from .mounting import enter

if TYPE_CHECKING:
    from ..extension import QuartLive
    from ..protocol.frames import Message
    from ..socket.socket import LiveSocket
    from .channel import Channel

SECONDS = 2.0
"""How long it may take: the browser waits for the answer to its join."""

log = logging.getLogger("quart_live.channel")


async def still_html(socket: LiveSocket, join: Message, parent: Channel) -> str:
    """The first HTML of the view that ``join`` is about; empty if it fails there, too.

    Args:
        socket: the browser's.
        join: the ``phx_join``, whose token was read before.
        parent: the channel of the view around it.
    """
    claims = socket.live.tokens.read_session(join.payload["session"])
    view_class = socket.live.views.named(claims.view) if claims is not None else None
    if claims is None or view_class is None or parent.view is None:
        return ""
    try:
        app_context = socket.live.app.app_context()
        if socket.site is not None:
            app_context.url_adapter = socket.site.adapter
        addresses.enter(socket.site)
        async with Contained(), asyncio.timeout(SECONDS), app_context:
            return await _html(socket, view_class, claims.element_id, claims.session, parent.view)
    except Exception:
        log.exception("What %s has shown at first cannot be shown again", view_class.__name__)
        return ""


async def _html(
    socket: LiveSocket,
    view_class: type[LiveView],
    element_id: str,
    session: Mapping[str, Any],
    around: LiveView,
) -> Markup:
    live, view, host = socket.live, view_class(), Host()
    host.telemetry, host.statics, host.pubsub = live.telemetry, live.statics, live.pubsub
    host.root_path = socket.root_path
    host.parent, host.inherited = ViewHandle(around.id), state_of(around).assigns.values
    state = state_of(view)
    state.host, view.id, view.connect_info = host, element_id, socket.info
    state.assigns.update({"csrf_token": socket.csrf_token})
    state.show_flash({})
    try:
        outcome = await enter(view, Match({}), {**(socket.session or {}), **session}, around.uri, live.routes)
        return await _rendered(socket, view) if outcome.leave is None else Markup("")
    finally:
        await host.let_go()


async def _rendered(socket: LiveSocket, view: LiveView) -> Markup:
    live, element_id = socket.live, view.id
    places = _StandIns(live, element_id)
    with rendering(places):
        html = await ViewRendering(live.templates, view).html()
    for mark, placement in places.placed.items():
        content = await _html(socket, placement.view, placement.id, placement.session, view)
        html = html.replace(mark, write_element(*placement.container, content))
    return Markup(html)


class _StandIns:
    """Placing here: marks for nested views, the usual elements for sticky ones, which live on."""

    def __init__(self, live: QuartLive, parent_id: str) -> None:
        self.views, self._tokens = live.views, live.tokens
        self.parent_id = parent_id
        self.placed: dict[str, Placement] = {}
        self._nonce = secrets.token_hex(8)

    def put(self, placement: Placement) -> Markup:
        """A mark, or the element."""
        if placement.sticky:
            token = child_token(self.views, self._tokens, placement, self.parent_id)
            return element(placement, session=token, static="", parent_id=self.parent_id)
        mark = f"<!--live-{self._nonce}-{len(self.placed)}-->"
        self.placed[mark] = placement
        return Markup(mark)

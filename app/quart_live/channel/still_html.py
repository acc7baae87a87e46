"""The HTML of a nested view in the first render over HTTP, made once more for a browser on a socket.

It serves a view that cannot mount when it is connected, so that the browser goes on showing the same. The
steps are those of ``first_render``, without a request and without a stash. Views inside are written without
tokens, so that the client does not join them; they come back with the view around them.
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
from ..nested.placing import Placement, child_token, element, rendering, write_element
from ..router import Match
from ..view.handle import ViewHandle
from ..view.host import Host
from ..view.state import state_of
from ..view.view import LiveView
from .mounting import enter

if TYPE_CHECKING:
    from ..protocol.frames import Message
    from ..runtime.runtime import Runtime
    from .base import BaseChannel, ChannelBrowser

SECONDS = 2.0
"""The most time it may take: the browser waits for the reply to its join."""

log = logging.getLogger("quart_live.channel")


async def still_html(runtime: Runtime, browser: ChannelBrowser, join: Message, parent: BaseChannel) -> str:
    """Return the first HTML of the view of a join; empty if its first render fails, too.

    Args:
        runtime: the app's runtime.
        browser: the browser.
        join: the ``phx_join``, whose token was read before.
        parent: the parent's channel.
    """
    claims = runtime.tokens.read_session(join.payload["session"])
    view_class = runtime.views.named(claims.view) if claims is not None else None
    if claims is None or view_class is None or parent.view is None:
        return ""
    try:
        app_context = runtime.app.app_context()
        if browser.site is not None:
            app_context.url_adapter = browser.site.adapter
        addresses.enter(browser.site)
        async with Contained(), asyncio.timeout(SECONDS), app_context:
            return await _html(runtime, browser, view_class, claims.element_id, claims.session, parent.view)
    except Exception:
        log.exception("The first HTML of %s cannot be rendered again", view_class.__name__)
        return ""


async def _html(
    runtime: Runtime,
    browser: ChannelBrowser,
    view_class: type[LiveView],
    element_id: str,
    session: Mapping[str, Any],
    around: LiveView,
) -> Markup:
    view, host = view_class(), Host()
    runtime.equip(host, browser.root_path)
    host.parent, host.inherited = ViewHandle(around.id), state_of(around).assigns.values
    state = state_of(view)
    state.host, view.id, view.connect_info = host, element_id, browser.info
    state.assigns.update({"csrf_token": browser.csrf_token})
    state.show_flash({})
    try:
        outcome = await enter(
            view, Match({}), {**(browser.session or {}), **session}, around.uri, runtime.routes
        )
        return await _rendered(runtime, browser, view) if outcome.leave is None else Markup("")
    finally:
        await host.let_go()


async def _rendered(runtime: Runtime, browser: ChannelBrowser, view: LiveView) -> Markup:
    places = _StillPlaces(runtime, view.id)
    with rendering(places):
        html = await ViewRendering(runtime.templates, view).html()
    for mark, placement in places.placed.items():
        content = await _html(runtime, browser, placement.view, placement.id, placement.session, view)
        html = html.replace(mark, write_element(*placement.container, content))
    return Markup(html)


class _StillPlaces:
    """The places of this rendering: marks for nested views, the usual elements for sticky ones."""

    def __init__(self, runtime: Runtime, parent_id: str) -> None:
        self.views, self._tokens = runtime.views, runtime.tokens
        self.parent_id = parent_id
        self.placed: dict[str, Placement] = {}
        self._nonce = secrets.token_hex(8)

    def put(self, placement: Placement) -> Markup:
        """Return the mark for a nested view, or the element of a sticky one."""
        if placement.sticky:
            token = child_token(self.views, self._tokens, placement, self.parent_id)
            return element(placement, session=token, static="", parent_id=self.parent_id)
        mark = f"<!--live-{self._nonce}-{len(self.placed)}-->"
        self.placed[mark] = placement
        return Markup(mark)

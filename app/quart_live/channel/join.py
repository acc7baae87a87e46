"""The join: admit the browser, mount the view, answer with its whole page.

Whether the browser is admitted is decided in ``admission.py``. What goes wrong here ends the channel before
it has begun: a refusal tells the client where to go instead, a failed mount lets it try again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from ..diffs.view_rendering import ViewRendering
from ..errors import JoinRefused, TooManyPatchesError
from ..mailbox.faults import Contained
from ..nested.placing import rendering_in
from ..protocol.frames import Message
from ..stash.join_params import PARAM as STASH_PARAM
from ..stash.join_params import JoinParams
from ..view.navigation import MAX_PATCHES, error_response
from ..view.state import state_of
from ..view.view import LiveView
from .admission import Admission, admit
from .end import end
from .mounting import enter
from .nested_failure import MOUNT_SECONDS, answer_failed_mount

if TYPE_CHECKING:
    from .base import BaseChannel

log = logging.getLogger("quart_live.channel")

CRASHED = {"reason": "join crashed"}


async def join(channel: BaseChannel, message: Message) -> None:
    """Handle a ``phx_join``: afterwards the view is there and answered for, or the channel has ended."""
    try:
        async with channel.browser.turn():
            if channel.stopping:  # while it waited, its browser has gone, or joined anew
                return
            await channel.enter_app_context()
            async with Contained(channel.mailbox):
                with channel.telemetry.span("live_view.join", topic=channel.topic):
                    admission = admit(channel.runtime, channel.browser, message)
                    view, rendering, response = await mount(channel, admission)
                frame = channel.frames.ok(message.ref, response)
    except JoinRefused as refusal:
        await _refuse(channel, message, refusal.response)
    except Exception:
        log.exception("Join of %s crashed", channel.topic)
        await _crash(channel, message)
    else:
        channel.begin(view, rendering)
        await channel.send(frame)


async def _refuse(channel: BaseChannel, message: Message, response: Mapping[str, Any]) -> None:
    # First forget, then answer: the client may join again the moment it has the answer.
    await end(channel, "refused")
    await channel.send(channel.frames.error(message.ref, response))


async def _crash(channel: BaseChannel, message: Message) -> None:
    if channel.family.parent is None:
        events = channel.mount_stash.crash_events() if channel.mount_stash is not None else []
        await _refuse(channel, message, {**CRASHED, "events": events} if events else CRASHED)
        return
    await end(channel, "refused")
    await answer_failed_mount(channel, message, CRASHED)


async def mount(channel: BaseChannel, admission: Admission) -> tuple[LiveView, ViewRendering, dict[str, Any]]:
    """Mount the view of an admitted join.

    Returns:
        The view, its rendering, and the ``response`` of the ok reply.

    Raises:
        JoinRefused: if the view went elsewhere, or raised an HTTP error such as 404.
    """
    runtime, browser = channel.runtime, channel.browser
    if admission.parent is not None:
        channel.family.join(admission.parent)
    channel.family.is_sticky = admission.sticky
    view = admission.view()
    state = state_of(view)
    state.host, view.connected = channel, True
    view.id = admission.claims.element_id
    params = admission.params
    view.connect_params = {key: value for key, value in params.items() if key != STASH_PARAM}
    view.connect_info = browser.info
    state.assigns.update({"csrf_token": browser.csrf_token})
    state.show_flash(admission.flash)
    session = {**(browser.session or {}), **admission.claims.session}
    await runtime.stash.open(view, session, JoinParams.read(params, navigated=admission.navigated))
    try:
        async with asyncio.timeout(MOUNT_SECONDS if admission.parent is not None else None):
            outcome = await enter(view, admission.match, session, admission.uri, runtime.routes)
    except HTTPException as error:
        if error.code is None or not 400 <= error.code < 500:
            raise
        # The page is loaded again and answered with this status, so that the app's error page is shown.
        token = runtime.tokens.sign_reload(error.code)
        raise JoinRefused({"reason": "reload", "status": error.code, "token": token}) from None
    if outcome.leave is not None:
        browser.moves += 1
        if browser.moves > MAX_PATCHES:
            name = type(view).__name__
            raise TooManyPatchesError(f"{name} is one of {MAX_PATCHES} views in a row that went elsewhere")
        raise JoinRefused(error_response(outcome.leave, channel.flash_token(state)))
    if admission.match.route is not None:
        browser.moves = 0
    rendering_in(channel.family.places)
    rendering = ViewRendering(runtime.templates, view)
    response: dict[str, Any] = {
        "rendered": await rendering.join(),
        "liveview_version": runtime.client_version,
    }
    channel.family.rendered(is_first=params.get("_mounts") == 0)
    if admission.navigated:
        tag, attributes = admission.view.container
        response["container"] = [tag, dict(attributes)]
    if outcome.patches:
        response["live_patch"] = outcome.patches[-1].wire()
    return view, rendering, response

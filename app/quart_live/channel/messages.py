"""Messages of the browser to a view: events, links that patch, uploads, components that have gone.

Each message gets a reply: without one its element would stay locked.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from werkzeug.exceptions import HTTPException

from ..components import LiveComponent
from ..errors import LiveViewError, MalformedEventError
from ..protocol.events import ViewEvent, decode_event
from ..protocol.frames import Message, TooLong
from ..telemetry import Measured
from ..uploads import preflight as uploads
from ..uploads.desk import desk_in
from ..view.lifecycle_hooks import with_hooks
from ..view.state import state_of
from ..view.view import LiveView
from .mounting import as_page, can_patch, patch
from .reply import finish, placed_of

if TYPE_CHECKING:
    from .base import BaseChannel

log = logging.getLogger("quart_live.channel")


async def handle(channel: BaseChannel, message: Message) -> None:
    """Handle a message of the browser, and reply.

    Raises:
        Exception: any exception of a handler; the view crashes then. A malformed message only gets an error.
    """
    _, rendering = channel.joined()
    rendering.state.begin_turn()
    try:
        match message.event:
            case "event":
                await _event(channel, message)
            case "live_patch":
                await _patch(channel, message)
            case "allow_upload":
                owner, response = await uploads.preflight(desk_in(channel), message.payload)
                await finish(channel, message, component=placed_of(channel, owner), response=response)
            case "progress":
                owner = await uploads.progress(desk_in(channel), message.payload)
                await finish(channel, message, component=placed_of(channel, owner))
            case "cids_will_destroy":
                rendering.components.table.will_destroy(_cids(message))
                await channel.send(channel.frames.ok(message.ref, {}))
            case "cids_destroyed":
                gone = rendering.components.table.destroyed(_cids(message))
                await channel.send(channel.frames.ok(message.ref, {"cids": gone}))
            case _:
                raise MalformedEventError(f"unmatched event {message.event}")
    except MalformedEventError as error:
        await channel.send(channel.frames.error(message.ref, {"reason": str(error)}))


async def _event(channel: BaseChannel, message: Message) -> None:
    view, rendering = channel.joined()
    if isinstance(message.payload, TooLong):
        log.warning("An event of %d characters is too long; see LIVE_MAX_FRAME_BYTES", message.payload.size)
        await view.handle_too_long(message.payload.size, channel.runtime.settings.max_frame_bytes)
        await finish(channel, message)
        return
    event = decode_event(message.payload, channel.runtime.settings.max_form_fields)
    await uploads.chosen(desk_in(channel), message.payload)
    if event.component is None:
        await finish(channel, message, await _reply_of(channel, view, event))
        return
    placed = rendering.components.get(event.component)
    reply = None
    if placed is not None:  # else it has just been removed, a normal race: reply, and nothing stays locked
        state = state_of(placed.component)
        state.begin_turn()
        reply = await _reply_of(channel, placed.component, event)
        if rendering.state.navigation is not None:
            for kind, text in state.flash.items():  # the component's flash goes along with the navigation
                rendering.state.put_flash(kind, text)
    await finish(channel, message, reply, placed)


def _measured(channel: BaseChannel, target: LiveView | LiveComponent, event: str) -> Measured:
    view, _ = channel.joined()
    if target is view:
        return channel.telemetry.view_span("live_view.handle_event", view, event=event)
    return channel.telemetry.view_span("live_component.handle_event", view, event=event, component=target)


async def _reply_of(
    channel: BaseChannel, target: LiveView | LiveComponent, event: ViewEvent
) -> dict[str, Any] | None:
    if event.name == "lv:clear-flash":
        kind = event.params.get("key") if isinstance(event.params, dict) else None
        target.clear_flash(kind if isinstance(kind, str) else None)
        return None
    with _measured(channel, target, event.name):
        reply: object = await with_hooks(
            target, "handle_event", target.handle_event, event.name, event.params
        )
    if reply is not None and not isinstance(reply, dict):
        kind = type(reply).__name__
        raise LiveViewError(
            f"{type(target).__name__}.handle_event returned a {kind} for {event.name!r}; "
            "return a dict as the reply, or nothing"
        )
    return reply


async def _patch(channel: BaseChannel, message: Message) -> None:
    view, rendering = channel.joined()
    url = message.payload.get("url") if isinstance(message.payload, dict) else None
    if not isinstance(url, str):
        raise MalformedEventError("live_patch needs a url")
    match = channel.runtime.routes.match(url, channel.browser.root_path)
    if not can_patch(match, view):
        await channel.send(channel.frames.ok(message.ref, {"link_redirect": True}))
        return
    try:
        await patch(view, match, url)
    except HTTPException as error:
        rendering.state.take_navigation()
        rendering.state.go(as_page(error, urlunsplit(("", "", *urlsplit(url)[2:]))))
    await finish(channel, message)


def _cids(message: Message) -> list[int]:
    cids = message.payload.get("cids") if isinstance(message.payload, dict) else None
    if not isinstance(cids, list) or not all(type(cid) is int for cid in cids):
        raise MalformedEventError(f"{message.event} needs a list of cids")
    return cids

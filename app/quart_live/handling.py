"""What a channel does with a message once the view is there: call the handler, send what it has caused.

These are the steps of `Channel` that concern the view's handlers; joining, leaving and failing are in
``channel.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from .components import ComponentUpdate, LiveComponent
from .components.placed import Placed
from .errors import LiveViewError, MalformedEventError
from .events import ViewEvent, decode_event
from .fanout import Shares
from .flash import Flash
from .frames import Message
from .lifecycle import can_patch, follow, patch
from .mailbox import Turn
from .navigation import Navigate, Redirect
from .pubsub import JoinAgain, Resync
from .telemetry import Measured
from .uploads import handling as uploads
from .view import LiveView

if TYPE_CHECKING:
    from .channel import Channel

NO_FLASH = Flash()
NOT_IN_TREE = frozenset({"e", "t"})
NOTHING: Mapping[str, Any] = MappingProxyType({})


async def client_message(channel: Channel, message: Message) -> None:
    """Handle a message from the browser. Each gets a reply: without one its element would stay locked."""
    view, rendering = channel.joined()
    view._new_flash = NO_FLASH
    try:
        match message.event:
            case "event":
                await _event(channel, message)
            case "live_patch":
                await _patch(channel, message)
            case "allow_upload":
                owner, response = await uploads.preflight(channel, message.payload)
                await finish(channel, message, component=_placed(channel, owner), response=response)
            case "progress":
                owner = await uploads.progress(channel, message.payload)
                await finish(channel, message, component=_placed(channel, owner))
            case "cids_will_destroy":
                rendering.components.will_destroy(_cids(message))
                await channel.send(channel.frames.ok(message.ref, {}))
            case "cids_destroyed":
                gone = rendering.components.destroyed(_cids(message))
                await channel.send(channel.frames.ok(message.ref, {"cids": gone}))
            case _:
                raise MalformedEventError(f"unmatched event {message.event}")
    except MalformedEventError as error:
        await channel.send(channel.frames.error(message.ref, {"reason": str(error)}))


async def info(channel: Channel, message: object, shares: Shares | None = None) -> None:
    """Handle a message from PubSub, a timer or the view itself.

    Args:
        channel: the view's.
        message: the message.
        shares: what other views have rendered of it.
    """
    view, rendering = channel.joined()
    view._new_flash = NO_FLASH
    with channel.telemetry.view_span("live_view.handle_info", view):
        waiting = view.handle_info(message)
        if waiting is not None:
            await waiting
    if shares is None or view._navigation is not None:
        await finish(channel, None)
        return
    key, text = rendering.find_shared(shares)
    if text is None and (diff := await rendering.with_components(rendering.diff(shares))):
        text = shares.keep(key, diff)
    if text is not None:
        await channel.send(channel.frames.diff_of_json(text))


async def resync(channel: Channel, message: Resync) -> None:
    """Messages may have been lost: the view reads its state again, or ends and is joined anew."""
    view, _ = channel.joined()
    view._new_flash = NO_FLASH
    try:
        await view.handle_resync(message.topics)
    except JoinAgain:
        await channel.end("resync")
        await channel.send(channel.frames.crashed())
    else:
        await finish(channel, None)


async def turn(channel: Channel, item: Turn) -> None:
    """Handle a step of the engine: slow work that has ended, an upload that has failed."""
    view, _ = channel.joined()
    view._new_flash = NO_FLASH
    waiting = item.run()
    if waiting is not None:
        await waiting
    await finish(channel, None, component=_placed(channel, item.owner))


async def component_update(channel: Channel, message: ComponentUpdate) -> None:
    """Handle a `send_update`."""
    view, rendering = channel.joined()
    view._new_flash = NO_FLASH
    component = await rendering.components.update(message)
    if component is not None:
        await finish(channel, None, component=component)


async def finish(
    channel: Channel,
    answers: Message | None,
    reply: dict[str, Any] | None = None,
    component: Placed | None = None,
    response: Mapping[str, Any] = NOTHING,
) -> None:
    """Send what a handler has caused.

    A component's own change and a change of the view go out as two diffs. Together they would be one that is
    not only about components, for which the client renders what is in its tree, and what is in the items of
    a stream is in no tree.

    Args:
        channel: whose handler it was.
        answers: the client's message that wants a reply; ``None`` after `handle_info`.
        reply: what `handle_event` returned, for the hook that pushed the event.
        component: the component whose handler it was.
        response: what else the client's message is answered with.
    """
    view, rendering = channel.joined()
    outcome = await follow(view, channel.live.routes)
    for done in outcome.patches:
        await channel.send(channel.frames.push(done.event, done.wire()))
    if outcome.leave is not None:
        await _leave_for(channel, outcome.leave, answers)
        return
    own = await rendering.diff_of(component) if component is not None else {}
    diff = await rendering.with_components(rendering.diff())
    later: dict[str, Any] = {}
    if own and diff.keys() <= NOT_IN_TREE:
        diff.update(own)
    elif own:
        diff, later = own, diff
    if reply is not None:
        diff["r"] = reply
    if answers is not None:
        await channel.send(
            channel.frames.ok(answers.ref, {**response, "diff": diff} if diff else {**response})
        )
    elif diff:
        await channel.send(channel.frames.diff(diff))
    if later:
        await channel.send(channel.frames.diff(later))


async def send_with_components(channel: Channel, diff: dict[str, Any]) -> None:
    """Complete the diff of a `handle_info` that has placed components, and send it."""
    _, rendering = channel.joined()
    await channel.send(channel.frames.diff(await rendering.with_components(diff)))


async def _event(channel: Channel, message: Message) -> None:
    view, rendering = channel.joined()
    event = decode_event(message.payload, channel.live.settings.max_form_fields)
    await uploads.chosen(channel, message.payload)
    if event.component is None:
        await finish(channel, message, await _reply_of(channel, view, event))
        return
    placed = rendering.components.get(event.component)
    reply = None
    if placed is not None:  # else it has just gone: a normal race, and no reason to leave the element locked
        placed.component._new_flash = NO_FLASH
        reply = await _reply_of(channel, placed.component, event)
        if view._navigation is not None:
            placed.component._hand_over_flash()
    await finish(channel, message, reply, placed)


def _measured(channel: Channel, target: LiveView | LiveComponent, event: str) -> Measured:
    view, _ = channel.joined()
    if target is view:
        return channel.telemetry.view_span("live_view.handle_event", view, event=event)
    return channel.telemetry.view_span("live_component.handle_event", view, event=event, component=target)


async def _reply_of(
    channel: Channel, target: LiveView | LiveComponent, event: ViewEvent
) -> dict[str, Any] | None:
    if event.name == "lv:clear-flash":
        kind = event.params.get("key") if isinstance(event.params, dict) else None
        target.clear_flash(kind if isinstance(kind, str) else None)
        return None
    with _measured(channel, target, event.name):
        reply: object = await target.handle_event(event.name, event.params)
    if reply is not None and not isinstance(reply, dict):
        kind = type(reply).__name__
        raise LiveViewError(f"handle_event returns a dict as reply, or nothing, but not {kind}")
    return reply


async def _patch(channel: Channel, message: Message) -> None:
    view, _ = channel.joined()
    url = message.payload.get("url") if isinstance(message.payload, dict) else None
    if not isinstance(url, str):
        raise MalformedEventError("live_patch needs a url")
    match = channel.live.routes.match(url, channel.socket.root_path)
    if not can_patch(match, view):
        await channel.send(channel.frames.ok(message.ref, {"link_redirect": True}))
        return
    await patch(view, match, url)
    await finish(channel, message)


async def _leave_for(channel: Channel, target: Navigate | Redirect, answers: Message | None) -> None:
    """Send the browser elsewhere and end. Pushed events go out first; nobody would hear them afterwards."""
    view, _ = channel.joined()
    frames = []
    if view._keeper is not None:
        view._keeper.note(view, view.assigns._take_changed())
    if view._pushed_events:
        frames.append(channel.frames.diff({"e": [list(event) for event in view._take_pushed_events()]}))
    wire = target.wire(channel.flash_token(view))
    if answers is not None:
        frames.append(channel.frames.ok(answers.ref, {target.event: wire}))
    else:
        frames.append(channel.frames.push(target.event, wire))
    await channel.end("redirected")
    for frame in [*frames, channel.frames.closed()]:
        await channel.send(frame)


def _placed(channel: Channel, owner: object) -> Placed | None:
    """Where a component stands; ``None`` for the view, or if it has gone."""
    _, rendering = channel.joined()
    return rendering.components.get(owner.myself) if isinstance(owner, LiveComponent) else None


def _cids(message: Message) -> list[int]:
    cids = message.payload.get("cids") if isinstance(message.payload, dict) else None
    if not isinstance(cids, list) or not all(type(cid) is int for cid in cids):
        raise MalformedEventError(f"{message.event} needs a list of cids")
    return cids

"""The replies of a joined view: call the handler of a message, then send the diff and the navigation.

Messages of the browser are decoded in ``messages.py``; joining and ending are in ``join.py`` and ``end.py``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..components import ComponentUpdate, LiveComponent
from ..components.placed import Placed
from ..diffs.fanout import Shares
from ..diffs.view_rendering import NOT_IN_TREE
from ..errors import LiveViewError
from ..mailbox.items import Envelope, Turn
from ..protocol.frames import Message, end_of_diff
from ..pubsub import JoinAgain, Resync
from ..view.lifecycle_hooks import with_hooks
from ..view.navigation import Navigate, Patch, Redirect
from .end import end
from .family import PatchFromInside
from .mounting import can_patch, follow

if TYPE_CHECKING:
    from ..view.view import LiveView
    from .base import BaseChannel

NOTHING: Mapping[str, Any] = MappingProxyType({})


async def hooked_info(channel: BaseChannel, view: LiveView, message: object) -> None:
    """Call `handle_info` with its hooks and with telemetry.

    Args:
        channel: the view's channel.
        view: the view.
        message: the message from PubSub, a timer or the view itself.

    Raises:
        Exception: any exception of the view; it crashes then. So for all handlers below.
    """
    with channel.telemetry.view_span("live_view.handle_info", view):
        await with_hooks(view, "handle_info", view.handle_info, message)


async def send_later(channel: BaseChannel, item: Envelope, waiting: Awaitable[None]) -> None:
    """Wait until `handle_info` is done, then send the diff.

    Args:
        channel: the view's channel.
        item: the message that is being handled.
        waiting: the rest of `handle_info`.

    Raises:
        Exception: any exception of the view.
    """
    await waiting
    rest = send_changes(channel, item)
    if rest is not None:
        await rest


def send_changes(channel: BaseChannel, item: Envelope) -> Coroutine[Any, Any, None] | None:
    """Send the diff after `handle_info`. If it cannot be sent at once, return the rest to await.

    Parts that other views have rendered of the message are not rendered again; see fanout.py.

    Args:
        channel: the view's channel.
        item: the message that was handled.
    """
    _, rendering = channel.joined()
    if rendering.state.navigation is not None:
        return finish(channel, None)
    # The first view has made them; reading them here saves the others a call.
    shares = item.shares or (Shares.of(item) if channel.shares else None)
    seen = rendering.find_shared(shares) if shares is not None else None
    end = seen.end if seen is not None else b""
    if not end:
        diff = rendering.diff(shares)
        if rendering.components.waiting:
            return _send_with_components(channel, diff)
        if not diff:
            return None
        end = shares.keep(seen, diff) if shares is not None else end_of_diff(diff)
    if channel.telemetry.listening:
        channel.emit_frame(len(channel.frames.diff_head) + len(end))
    return channel.browser.send_now(channel.frames.diff_head, end)


async def resync(channel: BaseChannel, message: Resync) -> None:
    """Handle a possible loss of messages: let the view read its state again, or end it to be joined anew."""
    view, rendering = channel.joined()
    rendering.state.begin_turn()
    try:
        await view.handle_resync(message.topics)
    except JoinAgain:
        await end(channel, "resync")
        await channel.send(channel.frames.crashed())
    else:
        await finish(channel, None)


async def turn(channel: BaseChannel, item: Turn) -> None:
    """Handle a turn that the engine has asked for, such as the end of an async task or of an upload."""
    _, rendering = channel.joined()
    rendering.state.begin_turn()
    waiting = item.run()
    if waiting is not None:
        await waiting
    await finish(channel, None, component=placed_of(channel, item.owner))


async def component_update(channel: BaseChannel, message: ComponentUpdate) -> None:
    """Handle a `send_update`."""
    _, rendering = channel.joined()
    rendering.state.begin_turn()
    component = await rendering.components.update(message)
    if component is not None:
        await finish(channel, None, component=component)


async def patch_from_inside(channel: BaseChannel, message: PatchFromInside) -> None:
    """Handle the `push_patch` of a nested view: the page's address is this view's."""
    state = channel.joined()[1].state
    state.flash = message.flash
    state.go(message.patch)
    await finish(channel, None)


async def finish(
    channel: BaseChannel,
    answers: Message | None,
    reply: dict[str, Any] | None = None,
    component: Placed | None = None,
    response: Mapping[str, Any] = NOTHING,
) -> None:
    """Send the results of a handler: its patches, its navigation, the diff and the reply.

    A component's own change and a change of the view are sent as two diffs. For a diff that is not only about
    components the client renders the components in its tree, and those in the items of a stream are not in
    its tree.

    Args:
        channel: the channel of the handler's view.
        answers: the client's message that needs a reply; ``None`` after `handle_info`.
        reply: the result of `handle_event`, for the hook that pushed the event.
        component: the component whose handler it was.
        response: further values of the reply's ``response``.

    Raises:
        LiveViewError: if a patch leads out of the view, or that of a nested view out of the root view.
        Exception: any exception of `handle_params`, of a template or of a component.
    """
    view, rendering = channel.joined()
    outcome = await follow(view, channel.runtime.routes)
    state = rendering.state
    for done in outcome.patches:
        await channel.send(channel.frames.push(done.event, done.wire()))
    if outcome.for_root is not None:
        _patch_root(channel, outcome.for_root)
    if outcome.leave is not None:
        if not (channel.family.stays and isinstance(outcome.leave, Navigate)):
            await _leave_for(channel, outcome.leave, answers)
            return
        response = {**response, outcome.leave.event: outcome.leave.wire(channel.flash_token(state))}
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
    if answers is None:
        for event, payload in response.items():  # the navigation of a page whose view stays
            await channel.send(channel.frames.push(event, payload))


def _patch_root(channel: BaseChannel, patch: Patch) -> None:
    """Pass a nested view's patch on to the root view, which has the page's address.

    Raises:
        LiveViewError: if the root view cannot stay at the address. Then the nested view ends, as its handler
            has made the mistake.
    """
    view, rendering = channel.joined()
    root = channel.family.root
    around, match = root.view, channel.runtime.routes.match(patch.to, root.root_path)
    if around is not None and not can_patch(match, around):
        raise LiveViewError(
            f"push_patch({patch.to!r}) of {type(view).__name__} changes the address of the page around it, "
            f"and leads out of {type(around).__name__}; use push_navigate or redirect"
        )
    root.mailbox.post(PatchFromInside(patch, rendering.state.flash))


async def _send_with_components(channel: BaseChannel, diff: dict[str, Any]) -> None:
    """Complete the diff of a `handle_info` that has placed components, and send it."""
    _, rendering = channel.joined()
    await channel.send(channel.frames.diff(await rendering.with_components(diff)))


async def _leave_for(channel: BaseChannel, target: Navigate | Redirect, answers: Message | None) -> None:
    """Navigate the browser away and end. Pushed events are sent first; the page cannot take them later."""
    state = channel.joined()[1].state
    frames = []
    if state.stash is not None:
        state.stash.note(state, state.assigns.take_changed())
    if state.pushed_events:
        frames.append(channel.frames.diff({"e": state.take_pushed_events()}))
    wire = target.wire(channel.flash_token(state))
    if answers is not None:
        frames.append(channel.frames.ok(answers.ref, {target.event: wire}))
    else:
        frames.append(channel.frames.push(target.event, wire))
    await end(channel, "redirected")
    for frame in [*frames, channel.frames.closed()]:
        await channel.send(frame)


def placed_of(channel: BaseChannel, owner: object) -> Placed | None:
    """Return the place of a component; ``None`` for the view, or for a component that has gone."""
    _, rendering = channel.joined()
    return rendering.components.get(owner.myself) if isinstance(owner, LiveComponent) else None

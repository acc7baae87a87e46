"""What a channel does for a view that is there: call the handler, send what it has caused.

Messages of the browser are told apart in ``messages.py``; joining and ending are in ``join.py`` and
``end.py``.
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


async def overheard_info(channel: BaseChannel, view: LiveView, message: object) -> None:
    """Call `handle_info` where hooks get the message before it, or telemetry measures it."""
    with channel.telemetry.view_span("live_view.handle_info", view):
        await with_hooks(view, "handle_info", view.handle_info, message)


async def send_later(channel: BaseChannel, item: Envelope, waiting: Awaitable[None]) -> None:
    """Wait until `handle_info` is done, then send what it has changed."""
    await waiting
    rest = send_changes(channel, item)
    if rest is not None:
        await rest


def send_changes(channel: BaseChannel, item: Envelope) -> Coroutine[Any, Any, None] | None:
    """Send what `handle_info` has changed. Returns what is left to do, if the browser or a component waits.

    What other views have rendered of the message, this one need not; see fanout.py.

    Args:
        channel: the view's.
        item: the message that was handled.
    """
    _, rendering = channel.joined()
    if rendering.state.navigation is not None:
        return finish(channel, None)
    # The first view has made them, and for the others a call is saved.
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
        channel.tell_of_frame(len(channel.frames.diff_head) + len(end))
    return channel.browser.send_now(channel.frames.diff_head, end)


async def resync(channel: BaseChannel, message: Resync) -> None:
    """Messages may have been lost: the view reads its state again, or ends and is joined anew."""
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
    """Handle a step of the engine: slow work that has ended, an upload that has failed."""
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
        for event, payload in response.items():  # only where a view that stays sends its page elsewhere
            await channel.send(channel.frames.push(event, payload))


def _patch_root(channel: BaseChannel, patch: Patch) -> None:
    """Hand a nested view's patch to the root view, whose address the page's address is.

    Raises:
        LiveViewError: if the root view cannot stay there. It is the nested view's mistake, so that one ends.
    """
    view, rendering = channel.joined()
    root = channel.family.root
    around, match = root.view, channel.runtime.routes.match(patch.to, root.root_path)
    if around is not None and not can_patch(match, around):
        raise LiveViewError(
            f"push_patch({patch.to!r}) of {type(view).__name__} is a patch of the page around it, and "
            f"leads out of {type(around).__name__}; use push_navigate or redirect"
        )
    root.mailbox.post(PatchFromInside(patch, rendering.state.flash))


async def _send_with_components(channel: BaseChannel, diff: dict[str, Any]) -> None:
    """Complete the diff of a `handle_info` that has placed components, and send it."""
    _, rendering = channel.joined()
    await channel.send(channel.frames.diff(await rendering.with_components(diff)))


async def _leave_for(channel: BaseChannel, target: Navigate | Redirect, answers: Message | None) -> None:
    """Send the browser elsewhere and end. Pushed events go out first; nobody would hear them afterwards."""
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
    """Where a component stands; ``None`` for the view, or if it has gone."""
    _, rendering = channel.joined()
    return rendering.components.get(owner.myself) if isinstance(owner, LiveComponent) else None

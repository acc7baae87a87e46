"""A nested view that cannot mount, or is one too many for its browser.

As in Phoenix its join is answered with an error. The official client keeps what the element shows, marks it
with the error classes and tries again after 1 and after 2 seconds. When the third try fails, it gives up:
the page gets the error classes as well, and works on.

There is one exception. When a page is opened, the client shows nothing that comes over the socket before
every nested view has joined, and there a view that is given up, or that has no element to be marked, makes
it wait for ever (so it does with Phoenix). So the last try that the client has is let in, with what the
first render over HTTP has shown, and is then told that it has crashed. The page goes on, about 3 seconds
after it was opened, the element keeps its content, and the client has three tries more. A view that is not in
the page's first HTML has nothing to keep; it is let in, empty, at its first try.

Measured in Chromium: tries at 0, 1 and 3 s, the page goes on at 3.2 s; tries at 4, 6 and 11 s, given up then.
What the client has given up it makes anew, empty, and tries again, when the parent's HTML changes next.

A mount that takes longer than `MOUNT_SECONDS` counts as failed: what takes its time belongs after the mount,
see `assign_async`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..protocol.frames import FrameWriter, Message
from .still_html import still_html

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .base import BaseChannel, ChannelBrowser

MAX_TRIES = 3
"""How often the official client tries to join a nested view (``MAX_CHILD_JOIN_ATTEMPTS``)."""

MOUNT_SECONDS = 5.0
MAX_DELAY = 8.0


def delay(mounts: object) -> float:
    """Seconds before a parent crashes because of a linked child that cannot mount.

    It would mount again, and again, as fast as its browser comes back.

    Args:
        mounts: the ``_mounts`` of the parent's join: how often it has joined before.
    """
    if not isinstance(mounts, int) or mounts < 1:
        return 0
    return min(MAX_DELAY, 2.0 ** (mounts - 1))


async def answer_failed_mount(channel: BaseChannel, join: Message, reason: Mapping[str, Any]) -> None:
    """Answer a nested view's join whose mount has failed. The channel has ended already.

    Args:
        channel: the view's.
        join: the ``phx_join``.
        reason: the ``response`` of the error.
    """
    parent = channel.family.parent
    assert parent is not None
    events = channel.mount_stash.crash_events() if channel.mount_stash is not None else []
    if not channel.family.is_linked:
        await _answer(channel.runtime, channel.browser, join, reason, events)
        return
    frames = FrameWriter(join.join_ref or join.ref, join.topic)
    await channel.browser.send(frames.error(join.ref, {**reason, "events": events} if events else reason))
    mounts = parent.view.connect_params.get("_mounts") if parent.view is not None else None
    asyncio.get_running_loop().call_later(delay(mounts), channel.family.spread_crash)


def answer_later(runtime: Runtime, browser: ChannelBrowser, join: Message, reason: Mapping[str, Any]) -> None:
    """The same for a join that gets no channel, as the socket has too many; it may have room later."""
    task = asyncio.get_running_loop().create_task(_answer(runtime, browser, join, reason, []))
    _answering.add(task)  # the event loop holds its tasks weakly
    task.add_done_callback(_answering.discard)


def is_nested(join: Message) -> bool:
    """Whether a join is that of a nested view, as far as it says so itself."""
    payload = join.payload
    return isinstance(payload, dict) and not any(payload.get(key) for key in ("url", "redirect", "sticky"))


_answering: set[asyncio.Task[None]] = set()


async def _answer(
    runtime: Runtime,
    browser: ChannelBrowser,
    join: Message,
    reason: Mapping[str, Any],
    events: list[list[Any]],
) -> None:
    frames = FrameWriter(join.join_ref or join.ref, join.topic)
    parent = _who_waits(runtime, browser, join)
    if parent is None:
        response = {**reason, "events": events} if events else reason
        await browser.send(frames.error(join.ref, response))
        return
    html = await still_html(runtime, browser, join, parent) if join.payload.get("static") else ""
    parent.family.awaited.discard(join.topic.removeprefix("lv:"))
    rendered: dict[str, Any] = {"s": [html], "e": events} if events else {"s": [html]}
    response = {"rendered": rendered, "liveview_version": runtime.client_version}
    await browser.send(frames.ok(join.ref, response))
    await browser.send(frames.crashed())


def _who_waits(runtime: Runtime, browser: ChannelBrowser, join: Message) -> BaseChannel | None:
    """The parent, if its page would wait for ever were this try refused."""
    payload = join.payload if isinstance(join.payload, dict) else {}
    claims = runtime.tokens.read_session(payload.get("session"))
    parent = browser.channels.get(f"lv:{claims.parent_id}") if claims is not None else None
    params = payload.get("params")
    if parent is None or not isinstance(params, dict) or params.get("_mounts") != 0:
        return None
    if join.topic.removeprefix("lv:") not in parent.family.awaited:
        return None
    tries = params.get("_mount_attempts")
    # Without this token the element is not in the first HTML, and the client drops the view at once.
    is_last = not payload.get("static") or not isinstance(tries, int) or tries >= MAX_TRIES - 1
    return parent if is_last else None

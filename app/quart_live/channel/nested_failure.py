"""A nested view that cannot mount, or is one too many for its browser.

As in Phoenix its join is answered with an error. The official client keeps what the element shows, marks it
with the error classes and tries again after 1 and after 2 seconds. When the third try fails, it gives up:
the page gets the error classes as well, and works on.

There is one exception. When a page is opened, the client shows nothing that comes over the socket before
every nested view has joined, and there a view that is given up, or that has no element to be marked, makes
it wait for ever (so it does with Phoenix). So the client's last try is answered ``ok``, with the HTML of the
first render over HTTP, and the view is then reported as crashed. The page goes on, about 3 seconds after it
was opened, the element keeps its content, and the client has three more tries. A view that is not in the
page's first HTML has nothing to keep; its first try is answered ``ok``, with an empty element.

Measured in Chromium: tries at 0, 1 and 3 s, the page goes on at 3.2 s; tries at 4, 6 and 11 s, given up then.
When the parent's HTML changes next, the client makes such a view anew, empty, and tries again.

A mount that takes longer than `MOUNT_SECONDS` counts as failed: do slow work after the mount, with
`assign_async`.
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
"""The number of the official client's tries to join a nested view (``MAX_CHILD_JOIN_ATTEMPTS``)."""

MOUNT_SECONDS = 5.0
MAX_DELAY = 8.0


def delay(mounts: object) -> float:
    """Return the seconds before a parent crashes because of a linked child that cannot mount.

    Without a delay both would mount again and again, as fast as the browser can join.

    Args:
        mounts: the ``_mounts`` of the parent's join: the number of its joins before.
    """
    if not isinstance(mounts, int) or mounts < 1:
        return 0
    return min(MAX_DELAY, 2.0 ** (mounts - 1))


async def answer_failed_mount(channel: BaseChannel, join: Message, reason: Mapping[str, Any]) -> None:
    """Reply to a nested view's join whose mount has failed. The channel has ended already.

    Args:
        channel: the view's channel.
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
    """Reply as `answer_failed_mount` to a join for which the socket has no room at present.

    Args:
        runtime: the app's runtime.
        browser: the browser.
        join: the ``phx_join``.
        reason: the ``response`` of the error.
    """
    task = asyncio.get_running_loop().create_task(_answer(runtime, browser, join, reason, []))
    _answering.add(task)  # the event loop holds its tasks weakly
    task.add_done_callback(_answering.discard)


def is_nested(join: Message) -> bool:
    """Return whether a join is that of a nested view, according to its payload."""
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
    parent = _waiting_parent(runtime, browser, join)
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


def _waiting_parent(runtime: Runtime, browser: ChannelBrowser, join: Message) -> BaseChannel | None:
    """Return the parent if its page would wait for ever after an error reply to this try; else None."""
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

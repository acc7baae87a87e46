"""A nested view that cannot mount must not freeze its page.

When a page is opened, the official client shows nothing of it before every nested view has joined. If one
is refused then, the page waits for ever. So a child that fails is let in, empty, and then told that it has
crashed: the page goes on, the child's element alone gets the error classes, and its client tries again.

The client waits one second before that, each time, since each time the join had seemed to succeed. A child
that fails again and again is therefore answered later and later, up to `MAX_DELAY`, still well below the
ten seconds after which the client would give the join up. A mount that takes longer than `MOUNT_SECONDS`
counts as failed: what takes its time belongs after the mount, see `assign_async`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ..frames import Message

if TYPE_CHECKING:
    from ..channel import Channel

MAX_DELAY = 8.0
MOUNT_SECONDS = 5.0
EMPTY = {"s": [""]}


def delay(mounts: object) -> float:
    """Seconds before answering a child's failed mount.

    Args:
        mounts: the join's ``_mounts``: how often it has joined before.
    """
    if not isinstance(mounts, int) or mounts < 1:
        return 0
    return min(MAX_DELAY, 2.0 ** (mounts - 1))


async def let_in_and_crash(channel: Channel, join: Message) -> None:
    """Answer a nested view's join whose mount has failed. The channel has ended already."""
    params = join.payload.get("params")
    events = channel.visit.crash_events() if channel.visit is not None else []
    rendered = {**EMPTY, "e": events} if events else EMPTY
    frames = [
        channel.frames.ok(join.ref, {"rendered": rendered, "liveview_version": channel.live.client_version}),
        channel.frames.crashed(),
    ]
    seconds = delay(params.get("_mounts") if isinstance(params, dict) else None)
    if seconds == 0:
        await _send(channel, frames)
    else:
        # Nothing waits for this. If the child has left or joined again meanwhile, its client drops frames
        # of this join, and a socket that is closed drops them itself.
        asyncio.get_running_loop().call_later(seconds, _send_later, channel, frames)


_sending: set[asyncio.Task[None]] = set()


def _send_later(channel: Channel, frames: list[str]) -> None:
    task = asyncio.get_running_loop().create_task(_send(channel, frames))
    _sending.add(task)  # the event loop holds its tasks weakly
    task.add_done_callback(_sending.discard)


async def _send(channel: Channel, frames: list[str]) -> None:
    for frame in frames:
        await channel.send(frame)

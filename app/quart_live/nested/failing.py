"""A nested view that cannot mount must not freeze its page.

When a page is opened, the official client shows nothing of it before every nested view has joined. If one
is refused then, the page waits for ever. So a child that fails, or is one too many for its socket, is let in,
empty, and then told that it has crashed: the page goes on, the child's element alone gets the error classes,
and its client tries again.

The client waits one second before that, each time, since each time the join had seemed to succeed. A child
that fails again and again is therefore answered later and later, up to `MAX_DELAY`, still well below the
ten seconds after which the client would give the join up. A mount that takes longer than `MOUNT_SECONDS`
counts as failed: what takes its time belongs after the mount, see `assign_async`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ..frames import FrameWriter, Message

if TYPE_CHECKING:
    from ..channel import Channel
    from ..extension import QuartLive
    from ..transport import LiveSocket

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
    events = channel.visit.crash_events() if channel.visit is not None else []
    frames, seconds = _answers(channel.live, join, events), _delay_of(join)
    if seconds == 0:
        await _send(channel.socket, frames)
    else:
        # Nothing waits for this. If the child has left or joined again meanwhile, its client drops frames
        # of this join, and a socket that is closed drops them itself.
        _send_later(channel.socket, frames, seconds)


def let_in_empty(socket: LiveSocket, join: Message) -> None:
    """The same for a join that gets no channel, as the socket has too many; it may have room later."""
    _send_later(socket, _answers(socket.live, join, []), _delay_of(join))


def is_nested(join: Message) -> bool:
    """Whether a join is that of a nested view, as far as it says so itself."""
    payload = join.payload
    return isinstance(payload, dict) and not any(payload.get(key) for key in ("url", "redirect", "sticky"))


def _answers(live: QuartLive, join: Message, events: list[list[Any]]) -> list[str]:
    frames = FrameWriter(join.join_ref or join.ref, join.topic)
    rendered = {**EMPTY, "e": events} if events else EMPTY
    response = {"rendered": rendered, "liveview_version": live.client_version}
    return [frames.ok(join.ref, response), frames.crashed()]


def _delay_of(join: Message) -> float:
    params = join.payload.get("params")
    return delay(params.get("_mounts") if isinstance(params, dict) else None)


_sending: set[asyncio.Task[None]] = set()


def _send_later(socket: LiveSocket, frames: list[str], seconds: float) -> None:
    def begin() -> None:
        task = loop.create_task(_send(socket, frames))
        _sending.add(task)  # the event loop holds its tasks weakly
        task.add_done_callback(_sending.discard)

    loop = asyncio.get_running_loop()
    loop.call_later(seconds, begin)


async def _send(socket: LiveSocket, frames: list[str]) -> None:
    for frame in frames:
        await socket.send(frame)

"""The ways out: the browser leaves, the server ends the view, or the view fails.

All of them come to `end`, which lets go of whatever the view holds, and tells it why; see
:mod:`quart_live.mailbox.endings`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ..mailbox.endings import Part
from ..telemetry import about

if TYPE_CHECKING:
    from ..view.view import LiveView
    from .base import BaseChannel, Stop

log = logging.getLogger("quart_live.channel")

TERMINATE_SECONDS = 5


async def stop(channel: BaseChannel, how: Stop) -> None:
    """End as the browser, or the server, has asked for."""
    await end(channel, how.reason)
    if how.say_closed:
        await channel.send(channel.frames.closed())
    if how.leave:
        await channel.send(channel.frames.ok(how.ref, {}))


async def crash(channel: BaseChannel, error: BaseException) -> None:
    """End because the view has failed. Its browser is told, and joins again."""
    name = type(channel.view).__name__ if channel.view is not None else "The view"
    log.error("%s on %s crashed: %s", name, channel.topic, error, exc_info=error)
    channel.telemetry.emit("live_view.crash", view=channel.view, topic=channel.topic, error=error)
    await end(channel, "crashed")
    await channel.send(channel.frames.crashed())
    channel.family.spread_crash()


async def end(channel: BaseChannel, reason: str) -> None:
    """Let go of whatever the view holds, and tell the view why. A second call does nothing."""
    view = channel.view
    if not channel.close(reason):
        return
    if channel.telemetry.listening and view is not None:
        channel.telemetry.emit("live_view.end", None, **about(view), reason=reason)
    if view is not None:
        channel.on_end(Part.VIEW, _terminate, view, reason)
    try:
        await channel.let_go()
    finally:
        channel.runtime.open_hosts.discard(channel)


async def _terminate(view: LiveView, reason: str) -> None:
    async with asyncio.timeout(TERMINATE_SECONDS):
        await view.terminate(reason)

"""What comes in on a socket: each message is handed to the channel that it is for, or answered at once.

Nothing here waits for a channel. A view that takes its time delays nobody else.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ..channel.base import TOPIC_PREFIX, Stop
from ..channel.channel import Channel
from ..channel.nested_failure import answer_later, is_nested
from ..protocol.frames import Message, TooLong, Unreadable, reply
from . import excess, upload_frames

if TYPE_CHECKING:
    from .socket import LiveSocket

log = logging.getLogger("quart_live.socket")


def deliver(socket: LiveSocket, message: Message, now: float) -> str | None:
    """Hand a message to whom it concerns.

    Args:
        socket: where it has come from.
        message: as it was read.
        now: the event loop's time.

    Returns:
        An answer, if nobody will give one.
    """
    if message.topic == "phoenix" and message.event == "heartbeat":
        return reply(None, message.ref, "phoenix", "ok", {})
    if message.topic.startswith(upload_frames.TOPIC_PREFIX):
        return upload_frames.deliver(socket, message)
    if message.event == "phx_join":
        return _join(socket, message)
    channel = socket.channels.get(message.topic)
    if message.event == "phx_leave":
        return _leave(socket, message, channel)
    if channel is None:
        return _error(message, "unmatched topic")
    if channel.join_ref == message.join_ref:
        if socket.allowance.is_excess(message, now):
            return excess.answer(message)
        channel.mailbox.post(message)
    return None  # a message of an earlier join: its sender no longer listens


def _join(socket: LiveSocket, message: Message) -> str | None:
    if not message.topic.startswith(TOPIC_PREFIX) or (message.join_ref or message.ref) is None:
        return _error(message, "unmatched topic")
    if socket.runtime.stopping:
        return None  # the socket is about to be closed; the browser will join elsewhere
    if not socket.allowance.takes_join(asyncio.get_running_loop().time()):
        return _error(message, "too many joins")
    if isinstance(message.payload, TooLong | Unreadable):
        return _refuse(message)
    old = socket.channels.pop(message.topic, None)
    if old is not None:
        old.stop(Stop("replaced", say_closed=True))
    elif (limit := socket.allowance.full(len(socket.channels))) is not None:
        log.warning("A view more than %s allows; this page has %d", limit, len(socket.channels))
        if not is_nested(message):
            return _error(message, "too many channels joined")
        answer_later(socket.runtime, socket, message, {"reason": "too many channels joined"})
        return None
    socket.allowance.view_joined()
    channel = Channel(socket.runtime, socket, message)
    socket.channels[message.topic] = channel
    socket.runtime.open_hosts.add(channel)
    return None


def _refuse(message: Message) -> str:
    """Answer a join that was not read, with a reason for which the client waits before it tries again.

    A closed socket it would open again at once, join, and be closed, without an end.
    """
    why = message.payload.why if isinstance(message.payload, Unreadable) else "it is too long"
    log.warning("Refused the join of %s: %s. The browser waits before it tries again", message.topic, why)
    return _error(message, "refused")


def _leave(socket: LiveSocket, message: Message, channel: Channel | None) -> str | None:
    if channel is None or channel.join_ref != message.join_ref:
        return reply(message.join_ref, message.ref, message.topic, "ok", {})
    # Forget it now, not when it has ended: what comes next for this topic is not for the old view.
    del socket.channels[message.topic]
    channel.stop(Stop("left", say_closed=True, leave=True, ref=message.ref))
    return None


def _error(message: Message, reason: str) -> str:
    join_ref = message.join_ref if message.event == "phx_join" else None
    return reply(join_ref, message.ref, message.topic, "error", {"reason": reason})

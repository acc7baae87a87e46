"""Messages for ``lvu:…``: to the transfer that they are for, or answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..protocol.frames import Message, reply
from ..uploads.desk import desk_in

if TYPE_CHECKING:
    from .socket import LiveSocket

TOPIC_PREFIX = "lvu:"


def deliver(socket: LiveSocket, message: Message) -> str | None:
    """Hand a message for ``lvu:…`` to its transfer. Returns an answer if nobody will give one."""
    transfer = socket.transfers.get(message.topic)
    if message.event == "phx_join":
        return _join(socket, message)
    if message.event == "phx_leave":
        if transfer is not None and transfer.join_ref == message.join_ref:
            transfer.desk.abandon(transfer)
        return reply(message.join_ref, message.ref, message.topic, "ok", {})
    if transfer is None:
        return reply(None, message.ref, message.topic, "error", {"reason": "unmatched topic"})
    if transfer.join_ref == message.join_ref:
        transfer.mailbox.post(message)
    return None


def _join(socket: LiveSocket, message: Message) -> str | None:
    token = message.payload.get("token") if isinstance(message.payload, dict) else None
    claims = socket.runtime.tokens.read_upload(token)
    reason = "invalid_token"
    # The token names the view, the upload and the entry. All of them have to be alive, on this very socket.
    if claims is not None and message.topic == TOPIC_PREFIX + claims.entry_ref and message.ref is not None:
        channel = socket.channels.get(claims.topic)
        desk = desk_in(channel) if channel is not None else None
        reason = desk.receive(socket, claims, message) if desk is not None else "disallowed"
    if not reason:
        return None
    return reply(message.join_ref, message.ref, message.topic, "error", {"reason": reason})

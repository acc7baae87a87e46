"""Too many events: the replies to a browser that has sent too much, which leave its page usable.

An error reply would leave the element that the event came from locked, a form read-only with all that was
typed: the official client unlocks it only when an event has been answered with ``ok``. So events of elements
are answered ``ok`` and not handled. The form keeps its text and can be sent again, and the page gets an event
of its own::

    window.addEventListener("phx:live:too-many-events", () => …)

A change of a form (``phx-change``) gets an error reply for the same reason: only the page has its text, and
a locked element is not patched. The next change with an ``ok`` reply unlocks it. An event that a hook pushes
gets an error reply, too: its ``pushEvent`` fails, and the hook decides. So does ``live_patch``: the client
loads the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..protocol.frames import Message, reply

if TYPE_CHECKING:
    from .budgets import Budget
    from .limits import TokenBucket

TOO_MANY = "too many events"
EVENT = "live:too-many-events"
LIMITED = frozenset({"event", "live_patch", "allow_upload"})


def is_excess(message: Message, now: float, events: TokenBucket, account: Budget, most_waiting: int) -> bool:
    """Return whether a message for a view is one too many.

    Args:
        message: the message. Those that the client sends by itself (progress, removed components) never are.
        now: the seconds on any clock that never goes back.
        events: the socket's bucket of events.
        account: the budget of the socket's account.
        most_waiting: the most bytes of events that may wait for views of the account.
    """
    if message.event not in LIMITED:
        return False
    return account.waiting > most_waiting or not events.take(now) or not account.events.take(now)


def answer(message: Message) -> str:
    """Return the reply to a message that is one too many."""
    if message.event == "event" and _leaves_a_lock(message.payload):
        response = {"diff": {"e": [[EVENT, {}]]}}
        return reply(message.join_ref, message.ref, message.topic, "ok", response)
    return reply(message.join_ref, message.ref, message.topic, "error", {"reason": TOO_MANY})


def _leaves_a_lock(payload: object) -> bool:
    """Return whether an event has locked an element and that element has no text unknown to the server."""
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        return False
    meta = payload.get("meta")
    is_change = payload["type"] == "form" and isinstance(meta, dict) and "_target" in meta
    return payload["type"] != "hook" and not is_change

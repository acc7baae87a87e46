"""Sign-out everywhere: close all sockets of one user, in all processes, by an id in their session.

    @app.post("/sign-in")
    async def sign_in():
        session.clear()                                    # nothing of the visitor's session may survive
        session["user_token"] = await accounts.new_token(user)
        session["live_socket_id"] = f"users_socket:{user.id}"
        return redirect("/")

    @app.post("/sign-out-everywhere")
    async def sign_out_everywhere():
        await accounts.revoke_tokens(user)                 # first revoke …
        await live.disconnect(f"users_socket:{user.id}")   # … then disconnect
        ...

The id is read from the ``session`` that views get: the Quart session with the values of ``on_connect`` hooks.
Each socket that has one subscribes to the PubSub topic ``live_socket:<id>``, so with an adapter that reaches
several processes a disconnect reaches them all.

A disconnected browser comes back at once, with the cookies it has. That is the point: its views are mounted
again, and mount (or an ``on_mount`` hook) must now refuse, by looking the token up. A cookie alone cannot be
revoked, so ask the database, not the cookie. The socket subscribes before any of its views is mounted: a user
revoked before a mount is refused by it, and one revoked after it is disconnected.
"""

from __future__ import annotations

import contextvars
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from ..mailbox.items import Envelope
from ..mailbox.mailbox import Mailbox

if TYPE_CHECKING:
    from ..mailbox.dispatcher import Dispatcher
    from ..pubsub import PubSub

SESSION_KEY = "live_socket_id"
DISCONNECT = "disconnect"
DISCONNECTED = 4001
"""The close code, from the range for applications. The client comes back at once, as after any but 1000."""

_MESSAGES = 8


def topic_of(socket_id: str) -> str:
    """Return the PubSub topic to which sockets with this id subscribe."""
    return f"live_socket:{socket_id}"


def socket_id_in(session: Mapping[str, Any] | None) -> str | None:
    """Return the live socket id of a session; None if it has none."""
    value = (session or {}).get(SESSION_KEY)
    return value if isinstance(value, str) and value else None


class Inbox:
    """The mailbox of a socket, for the message to disconnect.

    Args:
        dispatcher: the app's dispatcher, which runs the mailbox.
        pubsub: the app's PubSub.
        close: the function that closes the socket with a code.
    """

    def __init__(
        self, dispatcher: Dispatcher, pubsub: PubSub, close: Callable[[int], Awaitable[None]]
    ) -> None:
        self._pubsub, self._close = pubsub, close
        self.context = contextvars.Context()
        self.mailbox = Mailbox(dispatcher, self, _MESSAGES)

    async def open(self, socket_id: str) -> None:
        """Subscribe to the topic of ``socket_id``."""
        await self._pubsub.subscribe(topic_of(socket_id), self.mailbox)

    async def close(self) -> None:
        """Unsubscribe, and close the mailbox."""
        await self.mailbox.end("a socket")

    def handle_now(self, item: object) -> Coroutine[Any, Any, None]:
        """Return the handling of a message, for a task; see `Worker`."""
        return self.handle(item)

    async def handle(self, item: object) -> None:
        """Close the socket if the message is the one to disconnect."""
        if isinstance(item, Envelope) and item.message == DISCONNECT:
            await self._close(DISCONNECTED)

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

The id is looked for in what views get as ``session``: the Quart session, and what ``on_connect`` hooks add.
Each socket that has one listens on the PubSub topic ``live_socket:<id>``, so with an adapter that reaches
several processes a disconnect reaches them all.

A disconnected browser comes back at once, with the cookies it has. That is the point: its views are mounted
again, and mount (or an ``on_mount`` hook) must now refuse, by looking the token up. A cookie alone cannot be
taken back, so ask the database, not the cookie. The socket listens before any of its views is mounted:
whoever was revoked before a mount is refused by it, whoever is revoked after it is disconnected.
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
"""Close code, from the range left to applications. The client comes back at once, as after any but 1000."""

_MESSAGES = 8


def topic_of(socket_id: str) -> str:
    """The PubSub topic that sockets with this id listen on."""
    return f"live_socket:{socket_id}"


def socket_id_in(session: Mapping[str, Any] | None) -> str | None:
    """The live socket id of a session, if it has one."""
    value = (session or {}).get(SESSION_KEY)
    return value if isinstance(value, str) and value else None


class Inbox:
    """The mailbox of a socket: takes the word to disconnect.

    Args:
        dispatcher: runs it.
        pubsub: where the word comes from.
        close: closes the socket with a code.
    """

    def __init__(
        self, dispatcher: Dispatcher, pubsub: PubSub, close: Callable[[int], Awaitable[None]]
    ) -> None:
        self._pubsub, self._close = pubsub, close
        self.context = contextvars.Context()
        self.mailbox = Mailbox(dispatcher, self, _MESSAGES)

    async def open(self, socket_id: str) -> None:
        """Listen for ``socket_id``."""
        await self._pubsub.subscribe(topic_of(socket_id), self.mailbox)

    async def close(self) -> None:
        """Listen no more."""
        await self.mailbox.end("a socket")

    def handle_now(self, item: object) -> Coroutine[Any, Any, None]:
        """A mailbox's worker; see `Worker`."""
        return self.handle(item)

    async def handle(self, item: object) -> None:
        """Close the socket if that is what the message says."""
        if isinstance(item, Envelope) and item.message == DISCONNECT:
            await self._close(DISCONNECTED)

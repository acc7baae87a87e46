"""`LiveSocket`: one browser's WebSocket, from its handshake to its end.

It shakes hands, reads frames until the end, and closes in good order. :mod:`.incoming` handles the frames.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

from ..addresses import Site
from ..channel.base import Stop
from ..channel.channel import Channel
from ..errors import FrameTooBigError, MalformedFrameError
from ..protocol.asgi import Receive, Scope, Send
from ..protocol.csrf import CsrfToken
from ..protocol.frames import read
from ..uploads.transfer import Transfer
from ..view.connect_info import ConnectInfo
from . import incoming, origin
from .allowance import Allowance
from .budgets import address_of
from .handshake import shake_hands
from .sender import RESTARTING, Sender
from .server_side import COMPRESSED, HalfOpen, ServerSide
from .sign_out import Inbox, socket_id_in

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime
    from .open_sockets import OpenSockets

log = logging.getLogger("quart_live.socket")

GOING_AWAY = 1001
MALFORMED = 1007
TOO_BIG = 1009


class LiveSocket(Sender):
    """One browser's connection.

    Attributes:
        runtime: the app's runtime.
        channels: the channels of the joined views, by topic.
        allowance: the limits of the socket, its account and its address.
        transfers: the uploads to these views, by topic.
        session: the HTTP session of the handshake, ``None`` if its CSRF token was wrong.
        info: the value of `LiveView.connect_info`.
        csrf_token: the CSRF token for templates rendered on this socket.
        root_path: the prefix under which the whole app is mounted.
        site: the app's address as this browser reaches it.
        server: the server's side of the connection.
        moves: the number of mounts in a row that have sent the browser on to another view.
    """

    def __init__(
        self, runtime: Runtime, sockets: OpenSockets, scope: Scope, receive: Receive, send: Send
    ) -> None:
        settings = runtime.settings
        super().__init__(send, runtime.dispatcher.outbox, settings.send_timeout, settings.max_unsent_bytes)
        self.runtime = runtime
        self._sockets = sockets
        self.channels: dict[str, Channel] = {}
        self.allowance = Allowance(sockets.budgets, settings, address_of(scope))
        self.transfers: dict[str, Transfer] = {}
        self.session: dict[str, Any] | None = None
        self.info = ConnectInfo()
        self.csrf_token = CsrfToken()
        self.root_path: str = scope.get("root_path", "")
        self.site: Site | None = None
        self.moves = 0
        self._scope, self._receive = scope, receive
        self._last_frame = 0.0
        self._watchdog: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._inbox: Inbox | None = None
        self.server = ServerSide(send)
        self._half = HalfOpen(self.server)

    async def serve(self) -> None:
        """Serve the socket until it is closed by either side."""
        self._task = asyncio.current_task()
        try:
            if await self._accept():
                await self._serve_accepted()
        finally:
            self.allowance.close()
            if self._inbox is not None:
                await self._inbox.close()

    async def _serve_accepted(self) -> None:
        self._half.opened(asyncio.get_running_loop().time())
        self._start_watchdog()
        began = time.perf_counter()
        self._sockets.add(self)
        self._emit("live_socket.open")
        try:
            await self._read_frames()
        except asyncio.CancelledError:
            if not self._is_cut_off:  # the server stops and cancels its connections
                await self.close(RESTARTING)
                raise
            assert self._task is not None
            self._task.uncancel()
        finally:
            self._gone("closed")
            self._emit("live_socket.close", duration=time.perf_counter() - began)

    def _emit(self, name: str, **measurements: float) -> None:
        sockets = len(self._sockets)
        self.runtime.telemetry.emit(name, {"sockets": sockets, **measurements}, peer=self.info.peer)

    def forget(self, channel: Channel) -> None:
        """Remove a channel that takes no more messages."""
        self.allowance.view_left()
        if self.channels.get(channel.topic) is channel:
            del self.channels[channel.topic]

    def turn(self) -> AbstractAsyncContextManager[None]:
        """Return a context that waits until this browser may join a view; its turn ends with the block."""
        return self._sockets.turns.taken(self.allowance.account.name, self.allowance.address.name)

    # -- beginning and end ---------------------------------------------------------------------------------

    async def _accept(self) -> bool:
        event = await self._receive()
        if event["type"] != "websocket.connect":
            return False
        if not origin.is_allowed(self._scope, self.runtime.settings.allowed_origins):
            log.warning(
                "Refused a socket from a foreign origin; add it to LIVE_ALLOWED_ORIGINS if it is yours"
            )
            return await self._refuse("origin", 1008)
        try:
            await self._shake_hands()
        except Exception:
            log.exception("The handshake of a socket failed")
            return await self._refuse("error", 1011)
        if not self.info.query.get("vsn", "").startswith("2."):
            return await self._refuse("version", 1008)
        if self.runtime.stopping:
            return await self._refuse("stopping", RESTARTING)
        if (limit := self.allowance.open()) is not None:
            log.warning("Refused a socket: %s is reached, from %s", limit, self.info.peer)
            return await self._refuse("too many", 1013)
        subprotocol = "phoenix" if "phoenix" in self._scope.get("subprotocols", ()) else None
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        self.accepted()
        settings = self.runtime.settings
        self.server.limit_messages(max(settings.max_message_bytes, settings.max_frame_bytes))
        if self.server.compresses(self._scope) and self._sockets.warned_of.is_first(
            COMPRESSED, time.monotonic()
        ):
            log.warning(COMPRESSED)
        return True

    async def _refuse(self, reason: str, code: int) -> bool:
        self.runtime.telemetry.emit("live_socket.refused", reason=reason)
        await self._send({"type": "websocket.close", "code": code})
        return False

    async def _shake_hands(self) -> None:
        handshake = await shake_hands(self.runtime.app, self._scope, self.runtime.connect_hooks)
        self.session, self.info, self.csrf_token = handshake.session, handshake.info, handshake.csrf_token
        self.allowance.claim(handshake)
        self.site = handshake.site
        socket_id = socket_id_in(handshake.session)
        if socket_id is not None:
            self._inbox = Inbox(self.runtime.dispatcher, self.runtime.pubsub, self.close)
            await self._inbox.open(socket_id)

    def _gone(self, reason: str) -> None:
        """End all that depends on this socket. The channels first finish the messages in their mailboxes."""
        self._closed = True
        self._sockets.discard(self)
        self._unsent.stop()
        if self._watchdog is not None:
            self._watchdog.cancel()
        for channel in tuple(self.channels.values()):
            channel.stop(Stop(reason))

    def _start_watchdog(self) -> None:
        loop = asyncio.get_running_loop()
        self._last_frame = loop.time()
        self._watchdog = loop.call_later(self.runtime.settings.idle_timeout, self._check_idle)

    def _check_idle(self) -> None:
        # One timer that is set again now and then is cheaper than one for each frame.
        loop = asyncio.get_running_loop()
        left = self._last_frame + self.runtime.settings.idle_timeout - loop.time()
        if left > 0:
            self._watchdog = loop.call_later(left, self._check_idle)
        else:
            self._closing = loop.create_task(self.close(GOING_AWAY))

    def look(self, now: float) -> int:
        """End this socket if it has been half open for too long. The sweeper calls this now and then.

        Args:
            now: the event loop's time.

        Returns:
            The bytes of a message that has not come completely.
        """
        reason = self._half.too_long(now, self.runtime.settings, joined=bool(self.channels))
        if reason is not None:
            self.cut_off(reason)
            return 0
        return self._half.unfinished

    # -- frames --------------------------------------------------------------------------------------------

    async def _read_frames(self) -> None:
        loop, settings = asyncio.get_running_loop(), self.runtime.settings
        while True:
            event = await self._receive()
            if event["type"] != "websocket.receive" or self._closed:
                # uvicorn closes its sockets by itself when it stops, and tells us so.
                self._gone("shutdown" if event.get("code") == RESTARTING else "closed")
                return
            now = self._last_frame = loop.time()
            try:
                message = read(event, settings.max_frame_bytes, settings.max_json_depth)
            except MalformedFrameError as error:
                log.info("Closed a socket: %s", str(error))  # a logged exception would hold all its frames
                await self.close(TOO_BIG if isinstance(error, FrameTooBigError) else MALFORMED)
                return
            size = len(event.get("text") or "")
            message.load = self.allowance.load(size)
            answer = incoming.deliver(self, message, now)
            del message  # so that its load counts only until its view has handled it
            if answer is not None:
                await self.send(answer)
            if (seconds := self.allowance.owed(now, size)) > 0:
                await asyncio.sleep(seconds)

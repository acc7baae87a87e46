"""One joined view: its mailbox, its rendering, its frames.

A channel handles one message at a time and sends, for each, at most one diff, in the order in which they
were computed, since each diff is relative to the one before. The diff that an event causes rides in the
event's reply. An exception ends this channel alone: it is logged, the client gets ``phx_error`` and joins
again; the socket and its other channels go on.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Coroutine
from enum import Enum
from typing import TYPE_CHECKING, Any

from .. import addresses
from ..components import ComponentUpdate
from ..diffs.fanout import Shares
from ..diffs.view_rendering import ViewRendering
from ..errors import CrashRequested
from ..mailbox.endings import Part
from ..mailbox.faults import Contained, as_exception
from ..mailbox.mailbox import Envelope, Mailbox, Turn, Urgent
from ..mailbox.timers import Timers
from ..nested.handle import PatchFromInside
from ..protocol.frames import FrameWriter, Message
from ..pubsub import Resync
from ..telemetry import about
from ..view.host import LiveHost
from ..view.state import ViewState
from ..view.view import LiveView
from . import end, join, messages, reply
from .admission import TOPIC_PREFIX
from .family import Family

if TYPE_CHECKING:
    from ..extension import QuartLive
    from ..socket.socket import LiveSocket
    from ..uploads.desk import UploadDesk

log = logging.getLogger("quart_live.channel")


class State(Enum):
    """Where a channel is in its life."""

    JOINING = "joining"
    JOINED = "joined"
    CLOSED = "closed"


class Channel(LiveHost):
    """A view on a socket.

    Args:
        live: the extension.
        socket: the socket it was joined on.
        join: the ``phx_join`` message.

    Attributes:
        topic: ``lv:`` and the element id.
        join_ref: identifies this join; a later join of the same topic is another channel.
        view: the view, once it has been mounted.
        view_state: the view's record.
        state: where it is in its life.
        why: the reason of its end, as `LiveView.terminate` gets it.
    """

    why = ""
    uploads: UploadDesk | None = None

    def __init__(self, live: QuartLive, socket: LiveSocket, join: Message) -> None:
        self.live = live
        self.socket = socket
        self.topic = join.topic
        self.root_path = socket.root_path
        self.join_ref = join.join_ref or join.ref
        self.state = State.JOINING
        self.view: LiveView | None = None
        self.view_state: ViewState | None = None
        self.pubsub, self.telemetry, self.statics = live.pubsub, live.telemetry, live.statics
        self.context = contextvars.Context()
        self.mailbox = Mailbox(live.dispatcher, self, live.settings.mailbox_limit)
        self.timers = Timers(self.mailbox)
        self.frames = FrameWriter(self.join_ref, self.topic)
        self.family = Family(self, live, self.topic.removeprefix(TOPIC_PREFIX))
        self._rendering: ViewRendering | None = None
        self._handles_info_now = False
        self._shares = live.templates.burst is not None
        self._leave_timer: asyncio.TimerHandle | None = None
        socket.allowance.view_joined()
        self.mailbox.post(join)

    def __repr__(self) -> str:
        view = type(self.view).__name__ if self.view is not None else "no view yet"
        return f"<Channel {self.topic} {self.state.value}: {view}>"

    # -- for the socket, the lab and tests -----------------------------------------------------------------

    @property
    def stopping(self) -> bool:
        """Whether it is told to end, and has not yet."""
        return self._leave_timer is not None

    def stop(self, how: end.Stop) -> None:
        """End this channel after what is already in its mailbox.

        A handler that takes longer than the leave timeout is cancelled.
        """
        if self.state is State.CLOSED:
            return
        self.mailbox.post(how)
        if self._leave_timer is None:
            loop = asyncio.get_running_loop()
            self._leave_timer = loop.call_later(self.live.settings.leave_timeout, self.mailbox.cancel)

    def end_soon(self, reason: str) -> None:
        """End this channel without a word to the browser, which knows already."""
        self.stop(end.Stop(reason))

    def crash(self, reason: str = "crash requested") -> None:
        """Make the view fail in its own mailbox, as if a handler had raised."""
        self.mailbox.post(Urgent(CrashRequested(reason)))

    async def ended(self) -> None:
        """Return when this channel has let go of everything."""
        await self.live.open_channels.wait_until_ended(self)

    def current_html(self) -> str:
        """The HTML of the view as its browser should have it."""
        return self._rendering.current_html() if self._rendering is not None else ""

    def flash_token(self, state: ViewState) -> str | None:
        """Token that carries what this turn has put into the flash to the next page."""
        return self.live.tokens.sign_flash(state.flash) if state.flash else None

    # -- the mailbox's worker ------------------------------------------------------------------------------

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Handle a message for a plain ``def handle_info`` without a task; return what is left to do."""
        # Where somebody listens to telemetry, it is done step by step, and measured.
        if type(item) is not Envelope or not self._handles_info_now or self.telemetry.listening:
            return self._guarded(self._dispatch(item))
        view, state = self.view, self.view_state
        assert view is not None and state is not None
        try:
            state.begin_turn()
            waiting = view.handle_info(item.message)
            if waiting is not None:
                return self._guarded(self._when_handled(waiting, item))
            # `item.shares`: the first view has made them, and for the others a call is saved.
            rest = reply.send_changes(self, item.shares or self._shares_of(item))
            return self._guarded(rest) if rest is not None else None  # guarded: its wait may be cancelled
        except BaseException as error:
            return end.crash(self, as_exception(error))

    async def _when_handled(self, waiting: Awaitable[None], item: Envelope) -> None:
        await waiting
        if self.view is not None:
            rest = reply.send_changes(self, self._shares_of(item))
            if rest is not None:
                await rest
        self.live.dispatcher.flush_soon()

    def _shares_of(self, item: Envelope) -> Shares | None:
        return Shares.of(item) if self._shares else None

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with Contained(self.mailbox):
                await work
        except Exception as error:
            await end.crash(self, error)
        except asyncio.CancelledError:  # of ours; what a handler has cancelled is an `AppFault` by now
            await end.end(self, "cancelled")
            raise

    async def _dispatch(self, item: object) -> None:
        match item:
            case Message(event="phx_join"):
                await join.join(self, item)
            case Message():
                await messages.handle(self, item)
            case Envelope():
                await reply.info(self, item.message, self._shares_of(item))
            case ComponentUpdate():
                await reply.component_update(self, item)
            case Resync():
                await reply.resync(self, item)
            case Turn():
                await reply.turn(self, item)
            case PatchFromInside():
                await reply.patch_from_inside(self, item)
            case end.Stop():
                await end.stop(self, item)
            case Urgent():
                raise item.error

    async def send(self, text: str) -> None:
        """Send a frame to the browser, with those of all who are done in this turn of the loop."""
        if self.telemetry.listening and self.view is not None:
            self.telemetry.emit("live_view.frame", {"bytes": len(text.encode())}, **about(self.view))
        if (rest := self.socket.send_now(text.encode())) is not None:
            await rest
        self.live.dispatcher.flush_soon()

    def joined(self) -> tuple[LiveView, ViewRendering]:
        """View and rendering; both are there from the join to the end."""
        assert self.view is not None and self._rendering is not None
        return self.view, self._rendering

    # -- beginning and end ---------------------------------------------------------------------------------

    async def enter_app_context(self) -> None:
        """Make ``current_app`` and ``url_for`` work in every handler, by this channel's context."""
        app_context = self.live.app.app_context()
        if self.socket.site is not None:
            app_context.url_adapter = self.socket.site.adapter
        addresses.enter(self.socket.site)
        await app_context.push()
        self.on_end(Part.CONTEXT, app_context.pop, None)

    def begin(self, view: LiveView, rendering: ViewRendering) -> None:
        """The view is mounted and rendered: from now on it gets its mail."""
        self.view, self._rendering, self.state = view, rendering, State.JOINED
        self.view_state = rendering.state
        self.hooks_changed()

    def hooks_changed(self) -> None:
        """A message goes straight to ``handle_info`` only if that is all that wants it."""
        view = self.view_state
        self._handles_info_now = (
            view is not None and self.state is State.JOINED and "handle_info" not in view.hooks
        )

    def close(self, reason: str) -> bool:
        """Take no more mail, and be found by nobody. Returns whether this is the first call."""
        if self.state is State.CLOSED:
            return False
        self.state, self.why, self._handles_info_now = State.CLOSED, reason, False
        self.socket.forget(self)
        self.socket.allowance.view_left()
        self.mailbox.close()
        if self._leave_timer is not None:
            self._leave_timer.cancel()
        return True

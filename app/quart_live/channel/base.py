"""What a channel is, apart from what it does with a message: its state, its frames, its beginning and end.

`Channel` adds the handling. Those to whom it hands a message (``join.py``, ``messages.py``, ``reply.py``,
``end.py``) know it as a `BaseChannel`.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from .. import addresses
from ..errors import CrashRequested
from ..mailbox.endings import Part
from ..mailbox.items import Urgent
from ..mailbox.mailbox import Mailbox
from ..mailbox.timers import Timers
from ..protocol.frames import FrameWriter, Message
from ..telemetry import about
from ..view.host import LiveHost
from .browser import Browser
from .family import Family

if TYPE_CHECKING:
    from ..diffs.view_rendering import ViewRendering
    from ..runtime.runtime import Runtime
    from ..view.state import ViewState
    from ..view.view import LiveView

TOPIC_PREFIX = "lv:"


class State(Enum):
    """Where a channel is in its life."""

    JOINING = "joining"
    JOINED = "joined"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Stop:
    """Ends a channel once what came before it has been handled.

    Attributes:
        reason: given to `LiveView.terminate`.
        say_closed: whether to send ``phx_close``.
        leave: whether the client asked for it by ``phx_leave``, which wants a reply.
        ref: the ref of that ``phx_leave``.
    """

    reason: str
    say_closed: bool = False
    leave: bool = False
    ref: str | None = None


ChannelBrowser: TypeAlias = "Browser[Any]"
"""Its channels are of the class that the socket has made."""


class BaseChannel(LiveHost):
    """A view on a socket.

    Args:
        runtime: the app's.
        browser: the socket it was joined on.
        join: the ``phx_join`` message.

    Attributes:
        topic: ``lv:`` and the element id.
        join_ref: identifies this join; a later join of the same topic is another channel.
        view: the view, once it has been mounted.
        view_state: the view's record.
        state: where it is in its life.
        why: the reason of its end, as `LiveView.terminate` gets it.
        is_overheard: whether a hook wants the messages for ``handle_info``, too.
        shares: whether what views have rendered of a message is kept for others; see fanout.py.
    """

    why = ""

    def __init__(self, runtime: Runtime, browser: ChannelBrowser, join: Message) -> None:
        self.runtime = runtime
        self.browser = browser
        self.topic = join.topic
        self.root_path = browser.root_path
        self.join_ref = join.join_ref or join.ref
        self.state = State.JOINING
        self.view: LiveView | None = None
        self.view_state: ViewState | None = None
        self.pubsub, self.telemetry, self.statics = runtime.pubsub, runtime.telemetry, runtime.statics
        self.context = contextvars.Context()
        self.mailbox = Mailbox(runtime.dispatcher, self, runtime.settings.mailbox_limit)
        self.timers = Timers(self.mailbox)
        self.frames = FrameWriter(self.join_ref, self.topic)
        self.family = Family(self, runtime.views, runtime.tokens, self.topic.removeprefix(TOPIC_PREFIX))
        self._rendering: ViewRendering | None = None
        self.is_overheard = False
        self.shares = runtime.templates.burst is not None
        self._leave_timer: asyncio.TimerHandle | None = None
        self.mailbox.post(join)

    def __repr__(self) -> str:
        view = type(self.view).__name__ if self.view is not None else "no view yet"
        return f"<{type(self).__name__} {self.topic} {self.state.value}: {view}>"

    # -- for the socket, the lab and tests -----------------------------------------------------------------

    @property
    def stopping(self) -> bool:
        """Whether it is told to end, and has not yet."""
        return self._leave_timer is not None

    def stop(self, how: Stop) -> None:
        """End this channel after what is already in its mailbox.

        A handler that takes longer than the leave timeout is cancelled.
        """
        if self.state is State.CLOSED:
            return
        self.mailbox.post(how)
        if self._leave_timer is None:
            loop = asyncio.get_running_loop()
            self._leave_timer = loop.call_later(self.runtime.settings.leave_timeout, self.mailbox.cancel)

    def end_soon(self, reason: str) -> None:
        """End this channel without a word to the browser, which knows already."""
        self.stop(Stop(reason))

    def crash(self, reason: str = "crash requested") -> None:
        """Make the view fail in its own mailbox, as if a handler had raised."""
        self.mailbox.post(Urgent(CrashRequested(reason)))

    async def ended(self) -> None:
        """Return when this channel has let go of everything."""
        await self.runtime.open_hosts.wait_until_ended(self)

    def current_html(self) -> str:
        """The HTML of the view as its browser should have it."""
        return self._rendering.current_html() if self._rendering is not None else ""

    def flash_token(self, state: ViewState) -> str | None:
        """Token that carries what this turn has put into the flash to the next page."""
        return self.runtime.tokens.sign_flash(state.flash) if state.flash else None

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """See `Channel`."""
        raise NotImplementedError

    async def send(self, text: str) -> None:
        """Send a frame to the browser, with those of all who are done in this turn of the loop."""
        frame = text.encode()
        self.tell_of_frame(len(frame))
        if (rest := self.browser.send_now(frame)) is not None:
            await rest
        self.runtime.dispatcher.flush_soon()

    def tell_of_frame(self, size: int) -> None:
        """Tell whoever listens to telemetry that a frame of ``size`` bytes is on its way."""
        if self.telemetry.listening and self.view is not None:
            self.telemetry.emit("live_view.frame", {"bytes": size}, **about(self.view))

    def joined(self) -> tuple[LiveView, ViewRendering]:
        """View and rendering; both are there from the join to the end."""
        assert self.view is not None and self._rendering is not None
        return self.view, self._rendering

    # -- beginning and end ---------------------------------------------------------------------------------

    async def enter_app_context(self) -> None:
        """Make ``current_app`` and ``url_for`` work in every handler, by this channel's context."""
        app_context = self.runtime.app.app_context()
        if self.browser.site is not None:
            app_context.url_adapter = self.browser.site.adapter
        addresses.enter(self.browser.site)
        await app_context.push()
        self.on_end(Part.CONTEXT, app_context.pop, None)

    def begin(self, view: LiveView, rendering: ViewRendering) -> None:
        """The view is mounted and rendered: from now on it gets its mail."""
        self.view, self._rendering, self.state = view, rendering, State.JOINED
        self.view_state = rendering.state
        self.hooks_changed()

    def hooks_changed(self) -> None:
        """A message goes straight to ``handle_info`` only if no hook wants it, too."""
        self.is_overheard = self.view_state is not None and "handle_info" in self.view_state.hooks

    def close(self, reason: str) -> bool:
        """Take no more mail, and be found by nobody. Returns whether this is the first call."""
        if self.state is State.CLOSED:
            return False
        self.state, self.why = State.CLOSED, reason
        self.browser.forget(self)
        self.mailbox.close()
        if self._leave_timer is not None:
            self._leave_timer.cancel()
        return True

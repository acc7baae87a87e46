"""`BaseChannel`: a channel without its handling of messages: its state, its frames, its beginning and end.

`Channel` adds the handling. The modules that it calls for a message (``join.py``, ``messages.py``,
``reply.py``, ``end.py``) take it as a `BaseChannel`.
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
    """The state of a channel."""

    JOINING = "joining"
    JOINED = "joined"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Stop:
    """A message that ends a channel once the messages before it have been handled.

    Attributes:
        reason: the reason for `LiveView.terminate`.
        say_closed: whether to send ``phx_close``.
        leave: whether the client asked for it by ``phx_leave``, which needs a reply.
        ref: the ref of that ``phx_leave``.
    """

    reason: str
    say_closed: bool = False
    leave: bool = False
    ref: str | None = None


ChannelBrowser: TypeAlias = "Browser[Any]"
"""The browser of a channel; the class of its channels does not matter here."""


class BaseChannel(LiveHost):
    """A view on a socket.

    Args:
        runtime: the app's runtime.
        browser: the browser whose socket the view is joined on.
        join: the ``phx_join`` message.

    Attributes:
        topic: ``lv:`` and the element id.
        join_ref: the ref of this join; a later join of the same topic makes another channel.
        view: the view, once it has been mounted.
        view_state: the view's record.
        state: the channel's state.
        why: the reason of its end, as `LiveView.terminate` gets it.
        context: the context of the view's handlers.
        frames: the writer of the channel's frames.
        family: the parent and the children.
        has_info_hooks: whether a hook is attached to ``handle_info``.
        shares: whether views share the parts that they render of a message; see fanout.py.
    """

    why = ""

    def __init__(self, runtime: Runtime, browser: ChannelBrowser, join: Message) -> None:
        self.runtime = runtime
        self.browser = browser
        self.topic = join.topic
        self.join_ref = join.join_ref or join.ref
        self.state = State.JOINING
        self.view: LiveView | None = None
        self.view_state: ViewState | None = None
        runtime.equip(self, browser.root_path)
        self.context = contextvars.Context()
        self.mailbox = Mailbox(runtime.dispatcher, self, runtime.settings.mailbox_limit)
        self.timers = Timers(self.mailbox)
        self.frames = FrameWriter(self.join_ref, self.topic)
        self.family = Family(self, runtime.views, runtime.tokens, self.topic.removeprefix(TOPIC_PREFIX))
        self._rendering: ViewRendering | None = None
        self.has_info_hooks = False
        self.shares = runtime.templates.burst is not None
        self._leave_timer: asyncio.TimerHandle | None = None
        self.mailbox.post(join)

    def __repr__(self) -> str:
        view = type(self.view).__name__ if self.view is not None else "no view yet"
        return f"<{type(self).__name__} {self.topic} {self.state.value}: {view}>"

    # -- for the socket, the lab and tests -----------------------------------------------------------------

    @property
    def stopping(self) -> bool:
        """Whether the channel was told to end and has not ended yet."""
        return self._leave_timer is not None

    def stop(self, how: Stop) -> None:
        """End this channel after the messages that are already in its mailbox.

        A handler that takes longer than the leave timeout is cancelled.

        Args:
            how: the message to put behind them.
        """
        if self.state is State.CLOSED:
            return
        self.mailbox.post(how)
        if self._leave_timer is None:
            loop = asyncio.get_running_loop()
            self._leave_timer = loop.call_later(self.runtime.settings.leave_timeout, self.mailbox.cancel)

    def end_soon(self, reason: str) -> None:
        """End this channel without telling the browser, which knows already."""
        self.stop(Stop(reason))

    def crash(self, reason: str = "crash requested") -> None:
        """Make the view fail in its own mailbox, as if a handler had raised."""
        self.mailbox.post(Urgent(CrashRequested(reason)))

    async def ended(self) -> None:
        """Wait until this channel has let go of everything."""
        await self.runtime.open_hosts.wait_until_ended(self)

    def current_html(self) -> str:
        """Return the HTML of the view as its browser should have it."""
        return self._rendering.current_html() if self._rendering is not None else ""

    def flash_token(self, state: ViewState) -> str | None:
        """Return the token that carries the flash of this turn to the next page; None if it is empty."""
        return self.runtime.tokens.sign_flash(state.flash) if state.flash else None

    def handle_now(self, item: object) -> Coroutine[Any, Any, None] | None:
        """Handle a message; see `Channel`."""
        raise NotImplementedError

    async def send(self, text: str) -> None:
        """Send a frame to the browser, together with the other frames of this turn of the event loop."""
        frame = text.encode()
        self.emit_frame(len(frame))
        if (rest := self.browser.send_now(frame)) is not None:
            await rest
        self.runtime.dispatcher.flush_soon()

    def emit_frame(self, size: int) -> None:
        """Report a frame of ``size`` bytes to telemetry, if it has listeners."""
        if self.telemetry.listening and self.view is not None:
            self.telemetry.emit("live_view.frame", {"bytes": size}, **about(self.view))

    def joined(self) -> tuple[LiveView, ViewRendering]:
        """Return the view and its rendering, which exist from the join to the end."""
        assert self.view is not None and self._rendering is not None
        return self.view, self._rendering

    # -- beginning and end ---------------------------------------------------------------------------------

    async def enter_app_context(self) -> None:
        """Push an app context, so that ``current_app`` and ``url_for`` work in every handler."""
        app_context = self.runtime.app.app_context()
        if self.browser.site is not None:
            app_context.url_adapter = self.browser.site.adapter
        addresses.enter(self.browser.site)
        await app_context.push()
        self.on_end(Part.CONTEXT, app_context.pop, None)

    def begin(self, view: LiveView, rendering: ViewRendering) -> None:
        """Begin to handle messages for a view that is mounted and rendered."""
        self.view, self._rendering, self.state = view, rendering, State.JOINED
        self.view_state = rendering.state
        self.hooks_changed()

    def hooks_changed(self) -> None:
        """Note whether a hook is attached to ``handle_info``, which makes its messages slower."""
        self.has_info_hooks = self.view_state is not None and "handle_info" in self.view_state.hooks

    def close(self, reason: str) -> bool:
        """Take no more messages, and remove this channel from its socket. Return whether it was open."""
        if self.state is State.CLOSED:
            return False
        self.state, self.why = State.CLOSED, reason
        self.browser.forget(self)
        self.mailbox.close()
        if self._leave_timer is not None:
            self._leave_timer.cancel()
        return True

"""`LiveView`: a page that lives on the server.

    class CounterLive(LiveView):
        inline_template = '<button phx-click="increment">Clicked {{ count }} times</button>'

        async def mount(self, params, session):
            self.assign(count=0)

        async def handle_event(self, event, params):
            if event == "increment":
                self.assign(count=self.assigns.count + 1)

A view is mounted twice: once to render the page that the browser asked for, and once more, as a new object,
when the page's script has opened the socket. `connected` tells which. From then on it is one object per
open page, with a mailbox: events, messages and timers are handled one at a time, and after each the page
gets the difference.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import LiveViewError
from ..mailbox.items import Envelope
from ..mailbox.timers import Timer
from ..nested import FamilyMethods
from ..pubsub import PubSub, ResyncMethods
from .lifecycle_hooks import OF_VIEWS
from .stateful import Stateful
from .static_tracking import MOST

if TYPE_CHECKING:
    from .connect_info import ConnectInfo
    from .mount_hooks import MountHook


class LiveView(FamilyMethods, ResyncMethods, Stateful):
    """The base class of live views. Override `mount` and the handlers you need.

    Class attributes:
        template, inline_template: see `Stateful`.
        layout: the template of the page around the view; by default the router's, then the extension's.
        container: the tag and attributes of the element that holds the view.
        on_mount: the hooks that run before each mount of this view, wherever it is rendered; see
            :mod:`.mount_hooks`.

    Attributes:
        id: the id of the view's element.
        uri: the full address of the page; empty for a sticky view that is connected.
        connected: whether the view is connected; false during the first render.
        connect_params: the ``params`` of the page's LiveSocket; empty during the first render.
        connect_info: the browser's side of the connection.
    """

    layout: ClassVar[str | None] = None
    container: ClassVar[tuple[str, Mapping[str, str]]] = ("div", {})
    on_mount: ClassVar[Sequence[MountHook]] = ()
    hook_stages = OF_VIEWS
    reserved = Stateful.reserved | {"live_action"}

    def __init__(self) -> None:
        super().__init__()
        self.id: str = ""
        self.uri: str = ""
        self.connected: bool = False
        self.connect_params: Mapping[str, Any] = {}
        self.connect_info: ConnectInfo | None = None

    # -- what a view overrides -----------------------------------------------------------------------------

    async def mount(self, params: dict[str, Any], session: dict[str, Any]) -> None:
        """Make the first assigns.

        Args:
            params: the values of the route (converted) and of the query string (text).
            session: the HTTP session, with the values of ``on_connect`` hooks and of ``live_render``.
        """

    async def handle_params(self, params: dict[str, Any], uri: str) -> None:
        """Handle the address: after mount, and whenever a patch changes it. Only for views with a route."""

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        """Handle an event: a click, a change, or something else that the user did.

        Args:
            event: the name in the template's ``phx-click``, ``phx-change``, ``phx-submit``, …
            params: the nested fields and ``_target`` of a form; for other events the values sent with them.

        Returns:
            The reply to a hook's ``pushEvent``, a dict; otherwise nothing.

        Raises:
            LiveViewError: if it is not overridden.
        """
        name = type(self).__name__
        raise LiveViewError(f"{name} got the event {event!r} but has no handle_event method")

    async def handle_too_long(self, size: int, limit: int) -> None:
        """Handle an event that was not read, as it is longer than ``LIVE_MAX_FRAME_BYTES``.

        Mostly a user has pasted a long text into a form. By default show a flash message. The text stays
        while its field has the focus; as with every change, a field without focus gets the view's value.

        Args:
            size: the length of the event in characters.
            limit: the bound in bytes.
        """
        self.put_flash(
            "error", f"This is too long to be sent: {size:,} characters. At most {limit:,} are possible."
        )

    def handle_info(self, message: Any) -> Awaitable[None] | None:
        """Handle a message from PubSub, a timer or `send_self`.

        Write an ``async def``, or a plain ``def``, which costs less when many views get the message: no task
        is made for it. A plain one may return a coroutine for the messages that need one::

            def handle_info(self, message):
                if isinstance(message, Message):
                    self.stream_insert("messages", message)
                    return None
                return self.read_again(message)

        Raises:
            LiveViewError: if it is not overridden, and no hook is attached to this stage.
        """
        if "handle_info" in self._quart_live.hooks:
            return None  # the message may have been for a hook, which cannot know whether the view takes it
        name = type(self).__name__
        raise LiveViewError(f"{name} got the message {message!r} but has no handle_info method")

    async def terminate(self, reason: str) -> None:
        """Clean up when a connected view ends, in whatever way.

        Args:
            reason: ``left``, ``closed``, ``crashed``, ``redirected``, ``replaced``, ``shutdown``,
                ``cancelled``, ``parent`` or ``resync``.
        """

    @property
    def live_action(self) -> str | None:
        """The ``action`` of the route that led here, also in templates; ``None`` if it has none."""
        route = self._quart_live.route
        return route.action if route is not None else None

    def static_changed(self) -> bool:
        """Return whether a file tagged ``phx-track-static`` has changed since this page was loaded.

        Call it in mount. It is ``False`` in the first render, whose files are yet to be loaded.
        """
        tracked = self.connect_params.get("_track_static")
        statics = self._quart_live.host.statics
        if statics is None or not isinstance(tracked, list):
            return False
        return statics.changed([address for address in tracked[:MOST] if isinstance(address, str)])

    @property
    def topic(self) -> str:
        """The channel's topic, ``lv:`` and the element id; empty during the first render."""
        return self._quart_live.host.topic

    # -- messages ------------------------------------------------------------------------------------------

    @property
    def pubsub(self) -> PubSub:
        """The app's PubSub."""
        return self._quart_live.host.pubsub

    async def subscribe(self, topic: str) -> None:
        """Subscribe to a topic: `handle_info` gets its messages until the view ends.

        Do nothing in the first render, or once the view has ended.
        """
        host = self._quart_live.host
        if host.mailbox is not None and not host.mailbox.closed:
            await host.pubsub.subscribe(topic, host.mailbox)

    async def unsubscribe(self, topic: str) -> None:
        """Unsubscribe from a topic."""
        host = self._quart_live.host
        if host.mailbox is not None:
            await host.pubsub.unsubscribe(topic, host.mailbox)

    async def broadcast_from(self, topic: str, message: object) -> None:
        """Broadcast ``message`` to all subscribers of ``topic`` except this view."""
        await self._quart_live.host.pubsub.broadcast_from(self, topic, message)

    def send_self(self, message: object) -> None:
        """Put ``message`` at the end of this view's own mailbox. Do nothing in the first render."""
        mailbox = self._quart_live.host.mailbox
        if mailbox is not None:
            mailbox.post(Envelope(message))

    def send_after(self, message: object, seconds: float) -> Timer | None:
        """Send ``message`` to `handle_info` after ``seconds``.

        Returns:
            The timer, with ``cancel()``; ``None`` during the first render, which no timer outlives.

        Raises:
            ValueError: if the time is negative.
        """
        timers = self._quart_live.host.timers
        return timers.start(message, seconds) if timers is not None else None

    def send_interval(self, message: object, seconds: float) -> Timer | None:
        """Send ``message`` to `handle_info` every ``seconds``, unless it is still waiting in the mailbox.

        Returns:
            The timer, with ``cancel()``; ``None`` during the first render, which no timer outlives.

        Raises:
            ValueError: if the time is not positive.
        """
        timers = self._quart_live.host.timers
        return timers.start(message, seconds, repeat=True) if timers is not None else None

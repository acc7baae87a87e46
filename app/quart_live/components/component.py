"""`LiveComponent`: what one overrides to write a component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from ..errors import LiveViewError
from ..mailbox.mailbox import Envelope, Mailbox
from ..view.stateful import Stateful
from .names import register
from .updates import SendsUpdates

if TYPE_CHECKING:
    from ..mailbox.timers import Timers
    from ..pubsub import PubSub
    from ..view.host import Host
    from ..view.view import LiveView


class LiveComponent(Stateful, SendsUpdates):
    """Base class of live components. Override `mount`, `update` and `handle_event` as you need.

    The template has exactly one element around everything. Besides the assigns it reads ``myself``, the
    component's number for ``phx-target``, and ``flash``.

    What `put_flash` puts is the component's own, shown by its own template; if the handler also goes
    somewhere (`push_patch`, `push_navigate`, `redirect`), it comes along and is shown by the view.

    Class attributes:
        template, inline_template: see `Stateful`; the default file name is ``counter_component.html``.
    """

    reserved: ClassVar[frozenset[str]] = Stateful.reserved | {"myself"}

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        register(cls)

    def __init__(self) -> None:
        super().__init__()
        self._view: LiveView
        self._host: Host
        self.id: Any = None
        self.myself: int = 0

    # -- what a component overrides ------------------------------------------------------------------------

    async def mount(self) -> None:
        """Make the first assigns, before the first `update`."""

    async def update(self, assigns: dict[str, Any]) -> None:
        """Take what the component is given. By default all of it is assigned.

        Called when the component is placed for the first time or with other arguments than the last time
        (objects that can be changed in place always count as other), and for `send_update`.

        Args:
            assigns: the arguments of ``live_component(…)`` or of `send_update`, with ``id``.
        """
        self.assign(**assigns)

    @classmethod
    async def update_many(cls, updates: Sequence[tuple[Self, dict[str, Any]]]) -> None:
        """Update all components of this class that one rendering has placed, together.

        Override it, instead of `update`, to load what they need with one query for all.

        Args:
            updates: each component with its arguments.
        """
        for component, assigns in updates:
            await component.update(assigns)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        """React to an event that was targeted at this component; see `LiveView.handle_event`."""
        name = type(self).__name__
        raise LiveViewError(f"{name} got the event {event!r} but has no handle_event method")

    # -- the view around it --------------------------------------------------------------------------------

    def _timers(self) -> Timers | None:
        return self._host.timers

    @property
    def connected(self) -> bool:
        """Whether the view is connected; false during the first render."""
        return self._view.connected

    @property
    def pubsub(self) -> PubSub:
        """The app's PubSub. A component cannot subscribe; its view does, and passes on what it gets."""
        return self._host.pubsub

    @property
    def mailbox(self) -> Mailbox | None:
        """The mailbox of the view; ``None`` during the first render."""
        return self._host.mailbox

    def send_view(self, message: object) -> None:
        """Put ``message`` into the view's mailbox, for its `LiveView.handle_info`."""
        if self._host.mailbox is not None:
            self._host.mailbox.post(Envelope(message))

    def push_event(
        self, name: str, payload: object, *, dispatch: Literal["before", "after"] = "after"
    ) -> None:
        """See `LiveView.push_event`."""
        self._view.push_event(name, payload, dispatch=dispatch)

    def push_patch(self, to: str, *, replace: bool = False) -> None:
        """See `LiveView.push_patch`; it is the view's `handle_params` that runs. Only in `handle_event`."""
        self._view.push_patch(to, replace=replace)

    def push_navigate(self, to: str, *, replace: bool = False) -> None:
        """See `LiveView.push_navigate`. Only in `handle_event`."""
        self._view.push_navigate(to, replace=replace)

    def redirect(self, *, to: str | None = None, external: str | None = None) -> None:
        """See `LiveView.redirect`. Only in `handle_event`."""
        self._view.redirect(to=to, external=external)

    # -- for the engine ------------------------------------------------------------------------------------

    def _attach(self, view: LiveView, cid: int, id: Any) -> None:
        self._view, self._host = view, view._host
        self.myself, self.id = cid, id
        self._stream_prefix = f"{cid}-"
        self._assigns.update({"myself": cid, "csrf_token": view.assigns.get("csrf_token", "")})

    def _hand_over_flash(self) -> None:
        """Give the view what was put into the flash, to be taken along to where it goes."""
        flash: Mapping[str, str] = self._new_flash
        for kind, text in flash.items():
            self._view.put_flash(kind, text)

"""`LiveComponent`: the base class of live components."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ..errors import LiveViewError
from ..mailbox.items import Envelope
from ..view.state import ViewState, state_of
from ..view.stateful import Stateful
from .names import register

if TYPE_CHECKING:
    from ..pubsub import PubSub


class LiveComponent(Stateful):
    """Base class of live components. Override `mount`, `update` and `handle_event` as you need.

    The template has exactly one element around everything. Besides the assigns it reads ``myself``, the
    component's number for ``phx-target``, and ``flash``.

    A message of `put_flash` is the component's own, shown by its own template; if the handler also goes
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
        self.id: Any = None
        self.myself: int = 0

    # -- to be overridden ----------------------------------------------------------------------------------

    async def mount(self) -> None:
        """Make the first assigns, before the first `update`."""

    async def update(self, assigns: dict[str, Any]) -> None:
        """Take the assigns that the component is given. By default all of them are assigned.

        Called when the component is placed for the first time or with other arguments than the last time
        (objects that can be changed in place always count as changed), and for `send_update`.

        Args:
            assigns: the arguments of ``live_component(…)`` or of `send_update`, with ``id``.
        """
        self.assign(**assigns)

    @classmethod
    async def update_many(cls, updates: Sequence[tuple[Self, dict[str, Any]]]) -> None:
        """Update all components of this class that one rendering has placed, together.

        Override it, instead of `update`, to load the data of all with one query.

        Args:
            updates: each component with its arguments.
        """
        for component, assigns in updates:
            await component.update(assigns)

    async def handle_event(self, event: str, params: Any) -> dict[str, Any] | None:
        """Handle an event that was targeted at this component; see `LiveView.handle_event`.

        Raises:
            LiveViewError: if it is not overridden.
        """
        name = type(self).__name__
        raise LiveViewError(f"{name} got the event {event!r} but has no handle_event method")

    # -- the view around it --------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the view is connected; false during the first render."""
        return self._quart_live.host.mailbox is not None

    @property
    def pubsub(self) -> PubSub:
        """The app's PubSub. A component cannot subscribe; its view does, and passes messages on."""
        return self._quart_live.host.pubsub

    def send_view(self, message: object) -> None:
        """Put ``message`` into the view's mailbox, for its `LiveView.handle_info`."""
        mailbox = self._quart_live.host.mailbox
        if mailbox is not None:
            mailbox.post(Envelope(message))


def attach(component: LiveComponent, around: ViewState, cid: int, id: Any) -> None:
    """Attach a new component to a view.

    Args:
        component: the component.
        around: the record of the view.
        cid: the component's number there.
        id: the id that it was placed with.
    """
    state = state_of(component)
    state.host, state.around, state.stream_prefix = around.host, around, f"{cid}-"
    component.myself, component.id = cid, id
    state.assigns.update({"myself": cid, "csrf_token": around.assigns.values.get("csrf_token", "")})

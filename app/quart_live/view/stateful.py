"""What a view and a live component have in common: a template, and assigns that it reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ..addresses import AddressMethods
from ..components.updates import SendsUpdates
from ..errors import LiveViewError
from ..stash.methods import StashMethods, without_defaults
from ..uploads import UploadMethods
from .assigns import Assigns
from .async_results import AsyncMethods
from .host import Host
from .lifecycle_hooks import HookMethods
from .navigation_methods import NavigationMethods
from .state import ViewState
from .streams import StreamMethods

if TYPE_CHECKING:
    from ..rendering import LiveTemplate


class Stateful(
    AddressMethods,
    NavigationMethods,
    StreamMethods,
    AsyncMethods,
    UploadMethods,
    StashMethods,
    HookMethods,
    SendsUpdates,
):
    """Base of `LiveView` and `LiveComponent`.

    Class attributes:
        template: file name of the Jinja template; by default the class name in snake case plus ``.html``.
        inline_template: Jinja source, instead of a file.
        reserved: names of assigns that are the engine's own.
    """

    template: ClassVar[str | None] = None
    inline_template: ClassVar[str | None] = None
    reserved: ClassVar[frozenset[str]] = frozenset({"flash", "csrf_token", "streams"})

    def __init__(self) -> None:
        self._quart_live = ViewState(Host())

    def render(self) -> LiveTemplate | str | None:
        """Choose the template: a file name, a `LiveTemplate`, or ``None`` for the one named on the class."""
        return None

    @property
    def assigns(self) -> Assigns:
        """The state that the template reads. Change it with `assign`."""
        return self._quart_live.assigns.reader

    def assign(self, **values: Any) -> None:
        """Set assigns; what the template shows of them is sent after the handler."""
        if not self.reserved.isdisjoint(values):
            names = " and ".join(repr(name) for name in sorted(self.reserved.intersection(values)))
            raise LiveViewError(f"the engine assigns {names} itself; for messages use put_flash")
        state = self._quart_live
        if state.restored:
            values = without_defaults(state.restored, values)
        state.assigns.update(values)

    def assign_new(self, name: str, factory: Callable[[], Any]) -> None:
        """Set ``name`` to ``factory()`` unless it is already there."""
        state = self._quart_live
        if name not in state.assigns.values:
            self.assign(**{name: factory()})
        elif state.restored:
            state.restored.discard(name)

    def touch(self, name: str) -> None:
        """Say that the object assigned to ``name`` was changed in place.

        Raises:
            KeyError: if ``name`` was never assigned.
        """
        self._quart_live.assigns.touch(name)

    def put_flash(self, kind: str, text: str) -> None:
        """Show ``text`` as flash message of ``kind`` (by custom ``info`` or ``error``)."""
        self._quart_live.put_flash(kind, text)

    def clear_flash(self, kind: str | None = None) -> None:
        """Take the flash of ``kind`` away, or all."""
        self._quart_live.clear_flash(kind)

    def push_event(
        self, name: str, payload: object, *, dispatch: Literal["before", "after"] = "after"
    ) -> None:
        """Send an event to hooks (``handleEvent``) and to the page (``phx:<name>``).

        Args:
            name: of the event; global to the page.
            payload: whatever JSON can carry.
            dispatch: ``"before"``, if the page is to hear of it before it changes, else after.
        """
        self._quart_live.of_view.push_event(name, payload, before=dispatch == "before")

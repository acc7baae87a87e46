"""`Stateful`, the common base of views and live components: a template, and the assigns that it reads."""

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
    """The base of `LiveView` and `LiveComponent`.

    Class attributes:
        template: the file name of the Jinja template; by default the class name in snake case plus ``.html``.
        inline_template: Jinja source, instead of a file.
        reserved: the names of assigns that are the engine's own.
    """

    template: ClassVar[str | None] = None
    inline_template: ClassVar[str | None] = None
    reserved: ClassVar[frozenset[str]] = frozenset({"flash", "csrf_token", "streams"})

    def __init__(self) -> None:
        self._quart_live = ViewState(Host())

    def render(self) -> LiveTemplate | str | None:
        """Return the template: a file name, a `LiveTemplate`, or ``None`` for the one named on the class."""
        return None

    @property
    def assigns(self) -> Assigns:
        """The assigns that the template reads. Change them with `assign`."""
        return self._quart_live.assigns.reader

    def assign(self, **values: Any) -> None:
        """Set assigns; the changes that the template shows of them are sent after the handler.

        Raises:
            LiveViewError: if a name is one that the engine assigns itself.
        """
        if not self.reserved.isdisjoint(values):
            names = " and ".join(repr(name) for name in sorted(self.reserved.intersection(values)))
            raise LiveViewError(
                f"the engine assigns {names} itself; choose another name (for flash messages use put_flash)"
            )
        state = self._quart_live
        if state.restored:
            values = without_defaults(state.restored, values)
        state.assigns.update(values)

    def assign_new(self, name: str, factory: Callable[[], Any]) -> None:
        """Set ``name`` to ``factory()`` unless it is already there.

        Raises:
            LiveViewError: as `assign`.
        """
        state = self._quart_live
        if name not in state.assigns.values:
            self.assign(**{name: factory()})
        elif state.restored:
            state.restored.discard(name)

    def touch(self, name: str) -> None:
        """Note that the object assigned to ``name`` was changed in place, so that it is rendered again.

        Raises:
            KeyError: if ``name`` was never assigned.
        """
        self._quart_live.assigns.touch(name)

    def put_flash(self, kind: str, text: str) -> None:
        """Show ``text`` as the flash message of ``kind``, usually ``info`` or ``error``."""
        self._quart_live.put_flash(kind, text)

    def clear_flash(self, kind: str | None = None) -> None:
        """Remove the flash message of ``kind``, or all messages."""
        self._quart_live.clear_flash(kind)

    def push_event(
        self, name: str, payload: object, *, dispatch: Literal["before", "after"] = "after"
    ) -> None:
        """Send an event to hooks (``handleEvent``) and to the page (``phx:<name>``).

        Args:
            name: the name of the event; global to the page.
            payload: a JSON value.
            dispatch: whether the event is dispatched ``"before"`` or ``"after"`` the page changes.
        """
        self._quart_live.of_view.push_event(name, payload, before=dispatch == "before")

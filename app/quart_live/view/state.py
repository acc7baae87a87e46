"""What the engine holds of one view or component, apart from the object that the user's class makes.

    state = state_of(view)
    state.begin_turn()
    state.assigns.update({"count": 1})
    if state.navigation is not None: ...

`LiveView` and `LiveComponent` have one private attribute, this record; the engine writes the record, and no
other attribute of theirs that is private. So a subclass may give its own attributes and methods any names
with an underscore: the engine's are not among them. (The attribute's name is the package's, as nobody else
would choose it.) Phoenix keeps the same things in its ``Socket`` struct.

The methods that views and components have for a feature, `view.streams.StreamMethods` and others, build upon
`HasState`. They know the record, and not the classes that inherit them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias

from ..errors import LiveViewError
from ..protocol.flash import Flash
from .assigns import AssignState
from .host import Host
from .navigation import Navigation

Hook: TypeAlias = Callable[..., Any]
Attached: TypeAlias = Mapping[str, Mapping[str, Hook]]
"""Hooks by stage, then by name."""

DomId: TypeAlias = Callable[[Any], str]
"""Gives the element id of an item of a stream."""

PushedEvent: TypeAlias = tuple[object, ...]
"""Name, payload, and ``True`` if it is dispatched before the page changes."""

NO_FLASH: Final = Flash()
NOTHING_ATTACHED: Final[Attached] = MappingProxyType({})
NO_DOM_IDS: Final[Mapping[str, DomId]] = MappingProxyType({})


class Route(Protocol):
    """What a record knows of the live route that led to its view; see `router.LiveRoute`."""

    @property
    def action(self) -> str | None:
        """Tells the view which of its addresses this is."""

    @property
    def view(self) -> type[Any]:
        """The view class."""

    @property
    def router(self) -> object:
        """The live session that it belongs to."""


class StashKeeper(Protocol):
    """What keeps the assigns that survive; see `stash.view_stash.ViewStash`."""

    def note(self, state: ViewState, changed: Collection[str]) -> None:
        """Keep what has changed."""

    def waits(self, changed: Collection[str]) -> bool:
        """Whether `note` would have anything to do."""


class ViewState:
    """The record of one view or component.

    Attributes:
        assigns: what its template reads.
        flash: what this turn has put into the flash; what is shown is the assign ``flash``.
        navigation: where this turn sends the user.
        route: the live route that led to the view; None if it has no address.
        hooks: the hooks that are attached.
        pushed_events: the events for the browser that wait for the next diff; None if there are none.
        stash: keeps the assigns that survive; None if none do.
        restored: names that the stash has restored, and whose defaults `mount` has yet to assign.
        stream_prefix: keeps the streams of a component apart from those of others.
        stream_dom_ids: how streams that have not begun name their elements.
        host: what the view stands on; a component has that of its view.
        around: the record of the view around a component; None for a view.
    """

    __slots__ = (
        "around",
        "assigns",
        "flash",
        "hooks",
        "host",
        "navigation",
        "pushed_events",
        "restored",
        "route",
        "stash",
        "stream_dom_ids",
        "stream_prefix",
    )

    def __init__(self, host: Host, around: ViewState | None = None) -> None:
        self.assigns = AssignState()
        self.assigns.update({"flash": NO_FLASH})
        self.flash = NO_FLASH
        self.navigation: Navigation | None = None
        self.route: Route | None = None
        self.hooks = NOTHING_ATTACHED
        self.pushed_events: list[PushedEvent] | None = None
        self.stash: StashKeeper | None = None
        self.restored: set[str] | None = None
        self.stream_prefix = ""
        self.stream_dom_ids = NO_DOM_IDS
        self.host = host
        self.around = around

    @property
    def of_view(self) -> ViewState:
        """The record of the view: this one, or the one around a component."""
        return self.around if self.around is not None else self

    def begin_turn(self) -> None:
        """Begin to handle a message: what earlier ones have put into the flash has been shown."""
        self.flash = NO_FLASH

    # -- where the user goes -------------------------------------------------------------------------------

    def go(self, navigation: Navigation) -> None:
        """Send the user elsewhere once this turn is over.

        Raises:
            LiveViewError: if it sends them somewhere already.
        """
        if self.navigation is not None:
            raise LiveViewError(f"this handler already goes to {self.navigation.to!r}; it cannot go twice")
        self.navigation = navigation

    def take_navigation(self) -> Navigation | None:
        """Where this turn sends the user; from now on nowhere."""
        navigation, self.navigation = self.navigation, None
        return navigation

    # -- flash and events ----------------------------------------------------------------------------------

    def put_flash(self, kind: str, text: str) -> None:
        """Add a message to the flash."""
        self.flash = self.flash.with_message(kind, text)
        self.assigns.update({"flash": self.shown_flash.with_message(kind, text)})

    def clear_flash(self, kind: str | None = None) -> None:
        """Take the message of ``kind`` away, or all."""
        self.flash = self.flash.without(kind)
        self.assigns.update({"flash": self.shown_flash.without(kind)})

    def show_flash(self, flash: Mapping[str, str]) -> None:
        """Show these messages, and none besides."""
        if flash or self.shown_flash:
            self.assigns.update({"flash": Flash(flash)})

    @property
    def shown_flash(self) -> Flash:
        """The messages that the template shows."""
        flash: Flash = self.assigns.values["flash"]
        return flash

    def push_event(self, name: str, payload: object, *, before: bool = False) -> None:
        """Send an event to the page with the next diff.

        Args:
            name: of the event.
            payload: whatever JSON can carry.
            before: whether the page hears of it before it changes.
        """
        if self.pushed_events is None:
            self.pushed_events = []
        self.pushed_events.append((name, payload, True) if before else (name, payload))

    def take_pushed_events(self) -> list[list[object]]:
        """The events that wait, as they go over the wire; from now on none does."""
        events, self.pushed_events = self.pushed_events or (), None
        return [list(event) for event in events]


class HasState:
    """Base of all that has a record, and of the methods that features add to it."""

    _quart_live: ViewState


def state_of(target: HasState) -> ViewState:
    """The record of a view or component."""
    return target._quart_live

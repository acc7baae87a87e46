"""The methods with which a view sends its user elsewhere; `navigation` has the three ways of going."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import LiveViewError
from ..protocol.flash import Flash
from .navigation import Navigate, Navigation, Patch, Redirect, local
from .navigation import external as _external

if TYPE_CHECKING:
    from ..router import LiveRoute
    from .assigns import AssignState


class NavigationMethods:
    """What a `LiveView` can do about the address. A handler may go to one place; it goes when it is done."""

    _assigns: AssignState
    _navigation: Navigation | None = None
    _route: LiveRoute | None = None

    @property
    def live_action(self) -> str | None:
        """The ``action`` of the route that led here, as templates have it; ``None`` if it has none."""
        return self._route.action if self._route is not None else None

    def push_patch(self, to: str, *, replace: bool = False) -> None:
        """Change the address within this view; `handle_params` runs once this handler is done.

        The address is that of the page's main view. A view nested in it hands the patch, and what it has put
        into the flash, on to that one. A sticky view has no address to change.

        Args:
            to: a path of this site that leads to this view, or to the main view around it.
            replace: whether the browser's back button shall skip the present address.
        """
        self._go(Patch(local(to), replace))

    def push_navigate(self, to: str, *, replace: bool = False) -> None:
        """Go to another live view over the same socket. This view ends once this handler is done.

        A sticky view, and what is nested in it, stays: it sends its page elsewhere and goes on.

        If ``to`` belongs to another live session or to an ordinary page, the browser loads it as a page.

        Args:
            to: a path of this site.
            replace: whether the browser's back button shall skip the present address.
        """
        self._go(Navigate(local(to), replace))

    def redirect(self, *, to: str | None = None, external: str | None = None) -> None:
        """Load another page: ``to`` is a path of this site, ``external`` a full address. This view ends."""
        if (to is None) == (external is None):
            raise LiveViewError("redirect needs either to=… or external=…")
        self._go(Redirect(local(to) if to is not None else _external(external or "")))

    # -- for the engine ------------------------------------------------------------------------------------

    def _go(self, navigation: Navigation) -> None:
        if self._navigation is not None:
            raise LiveViewError(f"this handler already goes to {self._navigation.to!r}; it cannot go twice")
        self._navigation = navigation

    def _take_navigation(self) -> Navigation | None:
        navigation, self._navigation = self._navigation, None
        return navigation

    def _show_flash(self, flash: Mapping[str, str]) -> None:
        before: Any = self._assigns.values["flash"]
        if flash or before:
            self._assigns.update({"flash": Flash(flash)})

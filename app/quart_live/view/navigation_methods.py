"""The methods by which a view or component navigates; :mod:`.navigation` has the three kinds."""

from __future__ import annotations

from ..errors import LiveViewError
from .navigation import Navigate, Patch, Redirect, local
from .navigation import external as _external
from .state import HasState


class NavigationMethods(HasState):
    """The navigation methods of views and components. A handler can navigate once; it happens at its end.

    A component can navigate only in its `handle_event`, and its view navigates with it.
    """

    def push_patch(self, to: str, *, replace: bool = False) -> None:
        """Change the address within this view; `handle_params` runs once this handler is done.

        The address is that of the page's main view. A view nested in it passes the patch, and its flash of
        this turn, on to the main view. A sticky view has no address to change.

        Args:
            to: a path of this site that leads to this view, or to the main view around it.
            replace: whether the new address replaces the present one in the browser's history.

        Raises:
            ValueError: if ``to`` is not a path of this site.
            LiveViewError: if this handler navigates already.
        """
        self._quart_live.of_view.go(Patch(local(to), replace))

    def push_navigate(self, to: str, *, replace: bool = False) -> None:
        """Navigate to another live view over the same socket. This view ends once this handler is done.

        A sticky view, and views nested in it, stay: their page navigates, and they go on.

        If ``to`` belongs to another live session or to an ordinary page, the browser loads it as a page.

        Args:
            to: a path of this site.
            replace: whether the new address replaces the present one in the browser's history.

        Raises:
            ValueError: if ``to`` is not a path of this site.
            LiveViewError: if this handler navigates already.
        """
        self._quart_live.of_view.go(Navigate(local(to), replace))

    def redirect(self, *, to: str | None = None, external: str | None = None) -> None:
        """Load another page. This view ends once this handler is done.

        Args:
            to: a path of this site.
            external: a full address, instead of ``to``.

        Raises:
            ValueError: if ``to`` is not a path of this site, or ``external`` not a full address.
            LiveViewError: unless exactly one of the two is given; or if this handler navigates already.
        """
        if (to is None) == (external is None):
            raise LiveViewError("redirect needs either to=… or external=…; give one of the two")
        self._quart_live.of_view.go(Redirect(local(to) if to is not None else _external(external or "")))

"""The methods with which a view or component goes elsewhere; `navigation` has the three ways of going."""

from __future__ import annotations

from ..errors import LiveViewError
from .navigation import Navigate, Patch, Redirect, local
from .navigation import external as _external
from .state import HasState


class NavigationMethods(HasState):
    """What views and components can do about the address. A handler goes to one place, when it is done.

    A component goes only in its `handle_event`; it is its view that goes.
    """

    def push_patch(self, to: str, *, replace: bool = False) -> None:
        """Change the address within this view; `handle_params` runs once this handler is done.

        The address is that of the page's main view. A view nested in it hands the patch, and what it has put
        into the flash, on to that one. A sticky view has no address to change.

        Args:
            to: a path of this site that leads to this view, or to the main view around it.
            replace: whether the browser's back button shall skip the present address.
        """
        self._quart_live.of_view.go(Patch(local(to), replace))

    def push_navigate(self, to: str, *, replace: bool = False) -> None:
        """Go to another live view over the same socket. This view ends once this handler is done.

        A sticky view, and what is nested in it, stays: it sends its page elsewhere and goes on.

        If ``to`` belongs to another live session or to an ordinary page, the browser loads it as a page.

        Args:
            to: a path of this site.
            replace: whether the browser's back button shall skip the present address.
        """
        self._quart_live.of_view.go(Navigate(local(to), replace))

    def redirect(self, *, to: str | None = None, external: str | None = None) -> None:
        """Load another page: ``to`` is a path of this site, ``external`` a full address. This view ends."""
        if (to is None) == (external is None):
            raise LiveViewError("redirect needs either to=… or external=…")
        self._quart_live.of_view.go(Redirect(local(to) if to is not None else _external(external or "")))

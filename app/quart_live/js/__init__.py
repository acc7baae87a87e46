"""`JS`: commands that the browser runs by itself, without asking the server first.

    <button phx-click="{{ JS.toggle(to='#menu').toggle_attribute('aria-expanded', true) }}">Menu</button>
    <button phx-click="{{ JS.push('delete', value={'id': item.id}).hide(to='#item-' ~ item.id) }}">×</button>

In Python the same begins with ``JS()``::

    def close(to: str) -> JS:
        return JS().hide(to=to, transition=("fade", "opacity-100", "opacity-0"), time=150).pop_focus()

    self.push_event("run", {"commands": close("#menu")})     # liveSocket.execJS(element, commands)

A chain never changes: each method returns a new one. What `set_attribute`, `add_class`, `show` and the like
do to an element survives later patches of the server. In templates ``JS`` is a global that depends on nothing
but its arguments, so a command without assigns in it is worked out once.

Written after the documentation of ``Phoenix.LiveView.JS`` 1.2; the operations are those of the client's
``js.js``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..errors import LiveViewError
from . import arguments as check
from .appearance import Appearance
from .arguments import Selector

__all__ = ["JS"]


class JS(Appearance):
    """A chain of commands.

    Common arguments of its methods:
        to: the elements to change: a CSS selector, ``{"inner": selector}`` within the element that has the
            command, ``{"closest": selector}`` around it; by default that element itself.
        transition, in_, out: classes while the change lasts, as text, or as a tuple of three: those during
            it, those at its start, those at its end.
        time: milliseconds that the change lasts; 200 by default.
        blocking: ``False`` lets patches of the server through while the change lasts.

    Raises:
        LiveViewError: in every method, if the client could not use an argument.
    """

    __slots__ = ()

    # -- to the server -------------------------------------------------------------------------------------

    def push(
        self,
        event: str,
        *,
        value: Mapping[str, Any] | None = None,
        target: object = None,
        loading: str | None = None,
        page_loading: bool | None = None,
    ) -> Self:
        """Send an event to the server.

        Args:
            event: the event's name.
            value: parameters, which win over ``phx-value-…`` of the element.
            target: the receiver: a CSS selector, a component or its cid; by default ``phx-target``.
            loading: CSS selector of further elements that look busy (class ``phx-click-loading``) meanwhile.
            page_loading: whether the page shows that it loads (``phx:page-loading-start``) meanwhile.
        """
        return self._and(
            "push",
            event=check.text("push", "event", event),
            value=check.mapping("push", "value", value),
            target=check.target(target),
            loading=check.optional_text("push", "loading", loading),
            page_loading=check.flag("push", "page_loading", page_loading),
        )

    def navigate(self, href: str, *, replace: bool = False) -> Self:
        """Go to another live view over the same socket."""
        return self._go("navigate", href, replace)

    def patch(self, href: str, *, replace: bool = False) -> Self:
        """Change the address within this view; its `handle_params` runs."""
        return self._go("patch", href, replace)

    # -- events and other commands -------------------------------------------------------------------------

    def dispatch(
        self,
        event: str,
        *,
        to: Selector | None = None,
        detail: Mapping[str, Any] | None = None,
        bubbles: bool | None = None,
        blocking: bool | None = None,
    ) -> Self:
        """Dispatch a DOM event.

        Args:
            event: the event's name, for example ``change`` or ``app:highlight``.
            to: the elements, see the class.
            detail: ``event.detail``; the client adds ``dispatcher``, the element that has the command.
            bubbles: whether it bubbles; by default it does.
            blocking: whether patches wait until a listener calls ``event.detail.done()``.

        Raises:
            LiveViewError: for a detail that the browser or the client would overwrite; else as every method.
        """
        if event == "click" and detail is not None:
            raise LiveViewError("JS.dispatch: a click cannot have a detail; the browser has its own for it")
        if blocking and detail is not None and "done" in detail:
            raise LiveViewError("JS.dispatch: with blocking=True the client puts its own 'done' into detail")
        return self._and(
            "dispatch",
            event=check.text("dispatch", "event", event),
            to=check.selector("dispatch", to),
            detail=check.mapping("dispatch", "detail", detail),
            bubbles=check.flag("dispatch", "bubbles", bubbles),
            blocking=check.flag("dispatch", "blocking", blocking) or None,
        )

    def exec(self, attribute: str, *, to: Selector | None = None) -> Self:
        """Run the commands that stand in ``attribute`` of the elements, for example ``data-cancel``."""
        return self._and(
            "exec", attr=check.text("exec", "attribute", attribute), to=check.selector("exec", to)
        )

    def _go(self, kind: str, href: str, replace: bool) -> Self:
        href, replace = check.text(kind, "href", href), bool(check.flag(kind, "replace", replace))
        return self._and(kind, href=href, replace=replace)

"""What ordinary templates are given: live views inside them, the head of the page, helpers for forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from quart import current_app

from .. import addresses
from ..errors import LiveViewError
from ..form import TEMPLATE_HELPERS
from ..js import JS
from ..protocol.flash import Flash
from ..view import links
from ..view.view import LiveView
from . import head, page

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime


class PageMethods:
    """The part of `QuartLive` that ordinary templates use; each method is a function there."""

    @property
    def runtime(self) -> Runtime:
        """See `QuartLive`."""
        raise NotImplementedError

    def _page_helpers(self) -> dict[str, Any]:
        """The names that ordinary templates know."""
        return {
            "live_render": self.live_render,
            "csrf_meta_tag": self.csrf_meta_tag,
            "live_import_map": self.live_import_map,
            "live_socket_path": self.live_socket_path,
            "live_patch": links.live_patch,
            "live_navigate": links.live_navigate,
            "live_title": links.live_title,
            "live_flash": self.live_flash,
            "static_path": self.static_path,
            "JS": JS(),
            **TEMPLATE_HELPERS,
        }

    async def live_render(
        self,
        view: type[LiveView] | str,
        *,
        session: Mapping[str, Any] | None = None,
        id: str | None = None,
        sticky: bool = False,
    ) -> Markup:
        """Put a view into an ordinary page or a layout: ``{{ live_render(CounterLive) }}``.

        Args:
            view: the class, or its name if it has a route.
            session: more session for its mount, JSON values only; signed, not encrypted.
            id: the element's id; by default a random one.
            sticky: never make it the page's main view, and keep it if live pages render it too.
        """
        view_class = self.runtime.views.named(view) if isinstance(view, str) else view
        if view_class is None:
            raise LiveViewError(f"there is no live view {view!r}; give the class, or live.route it first")
        return await page.render_in_template(self.runtime, view_class, session, id, sticky)

    def live_flash(self) -> Flash:
        """The flash that a live view's redirect brings to an ordinary page; shown once.

        Ordinary templates write ``{{ live_flash().info }}``; their own `quart.flash` is in it as well.
        """
        return Flash(page.take_flash(self.runtime))

    def csrf_meta_tag(self) -> Markup:
        """``<meta name="csrf-token">``; the page's script passes its content to the socket."""
        return head.csrf_meta_tag()

    def live_import_map(self, nonce: str | None = None) -> Markup:
        """Import map for ``phoenix`` and ``phoenix_live_view``. Must come before the first module script.

        Args:
            nonce: for pages with a Content-Security-Policy: the nonce that it names. Your own inline scripts
                need it, too; nothing else that the engine or the client does is in the policy's way.
        """
        return head.import_map(self.runtime, nonce)

    def live_socket_path(self) -> str:
        """What the page's script gives to its ``LiveSocket``, with the prefix under which the app is mounted.

        Where no prefix is to be expected, ``"/live"`` in the script is as good. In a layout::

            const liveSocket = new LiveSocket({{ live_socket_path()|tojson }}, Socket, …)
        """
        return head.socket_path(self.runtime)

    def static_path(self, name: str) -> str:
        """Address of a static file with a digest of its content; see ``static_tracking.py``."""
        return addresses.root_path() + self.runtime.statics.path(name)


async def live_render(
    view: type[LiveView] | str, *, session: Mapping[str, Any] | None = None, id: str | None = None
) -> Markup:
    """`QuartLive.live_render` of the current app."""
    live: PageMethods = current_app.extensions["quart_live"]
    return await live.live_render(view, session=session, id=id)

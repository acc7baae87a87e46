"""The helpers of ordinary templates: live views inside them, the head of the page, forms."""

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
from ..view import live_links
from ..view.view import LiveView
from . import head, page

if TYPE_CHECKING:
    from ..runtime.runtime import Runtime


class PageMethods:
    """The part of `QuartLive` that ordinary templates use; each method is a function there."""

    @property
    def runtime(self) -> Runtime:
        """The runtime; see `QuartLive.runtime`."""
        raise NotImplementedError

    def _page_helpers(self) -> dict[str, Any]:
        """Return the helpers of ordinary templates, by name."""
        return {
            "live_render": self.live_render,
            "csrf_meta_tag": self.csrf_meta_tag,
            "live_import_map": self.live_import_map,
            "live_socket_path": self.live_socket_path,
            "live_patch": live_links.live_patch,
            "live_navigate": live_links.live_navigate,
            "live_title": live_links.live_title,
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
            session: further values for the session of its mount, JSON values only; signed, not encrypted.
            id: the element's id; by default a random one.
            sticky: whether to keep the view while live pages render it too; it never is the page's main view.

        Raises:
            LiveViewError: if there is no such view.
            HTTPException: with a redirect, if the view or one inside redirects.
        """
        view_class = self.runtime.views.named(view) if isinstance(view, str) else view
        if view_class is None:
            raise LiveViewError(
                f"there is no live view {view!r}; give the class, or give the view a route with live.route"
            )
        return await page.render_in_template(self.runtime, view_class, session, id, sticky)

    def live_flash(self) -> Flash:
        """Return the flash that a live view's redirect brings to an ordinary page; it is shown once.

        Ordinary templates write ``{{ live_flash().info }}``; their own `quart.flash` is in it as well.
        """
        return Flash(page.take_flash(self.runtime))

    def csrf_meta_tag(self) -> Markup:
        """Return a ``<meta name="csrf-token">``; the page's script passes its content to the socket."""
        return head.csrf_meta_tag()

    def live_import_map(self, nonce: str | None = None) -> Markup:
        """Return the import map for the client. Put it before the first module script.

        Args:
            nonce: the nonce of the page's Content-Security-Policy, if it has one. Your own inline scripts
                need it, too; the engine and the client need nothing else from the policy.
        """
        return head.import_map(self.runtime, nonce)

    def live_socket_path(self) -> str:
        """Return the address for the page's ``LiveSocket``, with the prefix under which the app is mounted.

        If there is no prefix, ``"/live"`` in the script is as good. In a layout::

            const liveSocket = new LiveSocket({{ live_socket_path()|tojson }}, Socket, …)
        """
        return head.socket_path(self.runtime)

    def static_path(self, name: str) -> str:
        """Return the address of a static file with a digest of its content; see ``static_tracking.py``."""
        return addresses.root_path() + self.runtime.statics.path(name)


async def live_render(
    view: type[LiveView] | str, *, session: Mapping[str, Any] | None = None, id: str | None = None
) -> Markup:
    """Call `QuartLive.live_render` of the current app.

    Args:
        view: the class, or its name if it has a route.
        session: further values for the session of its mount.
        id: the element's id.

    Raises:
        LiveViewError: if there is no such view.
        HTTPException: with a redirect, if the view or one inside redirects.
    """
    live: PageMethods = current_app.extensions["quart_live"]
    return await live.live_render(view, session=session, id=id)

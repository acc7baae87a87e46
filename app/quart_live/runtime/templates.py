"""The live Jinja environment, and the templates of views and components.

Live templates have an environment of their own. It shares loader, filters, tests and globals with Quart's,
so the same files and helpers work, but it is synchronous and has no ``request``, ``session`` or ``g``: those
exist during an HTTP request only, and a page must not look different over the socket.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from quart import Quart

from .. import addresses
from ..components.root import RootCheck
from ..nested.placing import live_render
from ..rendering import LiveEnvironment, LiveTemplate
from ..rendering.burst import Burst
from ..uploads.markup import GLOBALS as UPLOADS
from ..view.live_links import TEMPLATE_HELPERS
from ..view.names import default_template_name
from ..view.request_names import REQUEST_ONLY, check_names
from ..view.stateful import Stateful

_NOT_SHARED = REQUEST_ONLY | {"url_for", "live_render", "csrf_meta_tag", "live_import_map"}


class TemplateLibrary:
    """The templates of an app's live views and components.

    The environment is made at first use, when all filters are registered.

    Attributes:
        root_check: the check that a component's template is one element.
        inline: the templates of classes with an ``inline_template``, as far as they were rendered.
    """

    def __init__(self, app: Quart) -> None:
        self._app = app
        self._environment: LiveEnvironment | None = None
        self.inline: dict[type[Stateful], LiveTemplate] = {}
        self.root_check = RootCheck()

    @cached_property
    def burst(self) -> Burst | None:
        """The items that the full pages of this moment share; None if sharing is switched off."""
        return Burst() if self._app.config.get("LIVE_SHARE_RENDERING", True) else None

    @property
    def environment(self) -> LiveEnvironment:
        """The live Jinja environment."""
        if self._environment is None:
            self._environment = self._make_environment()
        return self._environment

    def of(self, view: Stateful) -> LiveTemplate:
        """Return the template with which a view or component is rendered now.

        Raises:
            TemplateNameError: if it reads a name that exists only during an HTTP request.
            jinja2.TemplateNotFound: if there is no such template.
            jinja2.TemplateSyntaxError: if it cannot be compiled.
        """
        chosen = view.render()
        if chosen is None:
            return self._of_class(type(view))
        template = self.environment.get_live_template(chosen) if isinstance(chosen, str) else chosen
        check_names(template, type(view), view.assigns)
        return template

    def url_for(self, endpoint: str, **values: Any) -> str:
        """Return an address as `Site.url_for`, the same during a request and on the socket."""
        site = addresses.here() or addresses.Site(self._app, None)
        return site.url_for(endpoint, **values)

    def _of_class(self, view: type[Stateful]) -> LiveTemplate:
        if view.inline_template is None:
            return self.environment.get_live_template(view.template or default_template_name(view))
        template = self.inline.get(view)
        if template is None:
            template = self.environment.live_from_string(view.inline_template, name=view.__name__)
            self.inline[view] = template
        return template

    def _make_environment(self) -> LiveEnvironment:
        quart_env = self._app.jinja_env
        environment = LiveEnvironment(
            loader=quart_env.loader,
            extensions=list(quart_env.extensions),
            undefined=quart_env.undefined,
            trim_blocks=quart_env.trim_blocks,
            lstrip_blocks=quart_env.lstrip_blocks,
            auto_reload=quart_env.auto_reload,
        )
        environment.filters = {**quart_env.filters, **environment.filters}
        environment.tests = {**quart_env.tests, **environment.tests}
        shared = {name: value for name, value in quart_env.globals.items() if name not in _NOT_SHARED}
        environment.globals = {
            **shared,
            **environment.globals,
            **TEMPLATE_HELPERS,
            "live_render": live_render,
            "url_for": self.url_for,
            **UPLOADS,
        }
        return environment
